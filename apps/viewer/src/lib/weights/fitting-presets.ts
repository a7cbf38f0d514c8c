import { type ByteSource, FormatError } from '@alexnet/convert';
import { PRESET_NAMES, type PresetName } from '@alexnet/model';
import { type Description, findWeights } from './read-weights.js';

/**
 * The presets whose shapes some files have, where that is why reading them failed. Null where
 * describing the network would not help: the files fail for another reason, whatever is said.
 */
export async function fittingPresets(
  files: readonly File[],
  failure: unknown,
  { channelOrder }: Description,
  open: (file: File) => ByteSource,
): Promise<readonly PresetName[] | null> {
  if (!(failure instanceof FormatError)) return null;
  if (failure.code !== 'ambiguous' && failure.code !== 'unknown-network') return null;
  const attempt = async (description: Description): Promise<string | null> => {
    try {
      await findWeights(files, {
        // Shapes are asked about here; the order of colors is a question of its own.
        description: { ...description, channelOrder: channelOrder ?? 'rgb' },
        open,
      });
      return null;
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    }
  };
  const fitting: PresetName[] = [];
  const reasons = [await attempt({ modifiers: { input: 227 } })];
  for (const preset of PRESET_NAMES) {
    const reason = await attempt({ preset });
    reasons.push(reason);
    if (reason === null) fitting.push(preset);
  }
  return reasons.every((reason) => reason === failure.message) ? null : fitting;
}
