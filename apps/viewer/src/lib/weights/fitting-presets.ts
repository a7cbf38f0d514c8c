import { type ByteSource, UnsaidError } from '@alexnet/convert';
import { PRESET_NAMES, type PresetName } from '@alexnet/model';
import { type Description, findWeights } from './read-weights.js';

/**
 * The presets whose shapes some files have, where reading them failed for want of an answer; whatever else
 * is still to be said.
 */
export async function fittingPresets(
  files: readonly File[],
  { channelOrder = 'rgb', epsilon = 0.001 }: Description,
  open: (file: File) => ByteSource,
): Promise<readonly PresetName[]> {
  const fits = async (preset: PresetName): Promise<boolean> => {
    try {
      await findWeights(files, { description: { preset, channelOrder, epsilon }, open });
      return true;
    } catch (error) {
      return error instanceof UnsaidError && !error.asks.includes('preset');
    }
  };
  const fitting: PresetName[] = [];
  for (const preset of PRESET_NAMES) if (await fits(preset)) fitting.push(preset);
  return fitting;
}
