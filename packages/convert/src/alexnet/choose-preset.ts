import { createSpec, type NetworkSpec, PRESET_NAMES, type PresetName } from '@alexnet/model';
import { FormatError } from '../format-error.js';
import type { OpenOptions } from './assemble-model.js';
import { describeSpec } from './describe-spec.js';
import type { Note } from './note.js';

/**
 * The presets that compute what a file's layers do. Where the caller names a network, that one,
 * with an inexact note if the file says otherwise.
 *
 * @param description lines as `describeSpec` writes them
 * @throws FormatError unknown-network
 */
export function choosePresets(
  description: readonly string[],
  { preset, spec }: Pick<OpenOptions, 'preset' | 'spec'>,
): { readonly presets: readonly PresetName[]; readonly notes: readonly Note[] } {
  const found = description.join('\n');
  const norm = description.some((line) => line.startsWith('batchnorm')) ? 'batch' : undefined;
  const says = (network: NetworkSpec) => describeSpec(network).join('\n') === found;
  const scaled = (name: PresetName) => createSpec(name, norm ? { norm } : {});
  if (!spec && !preset) {
    const presets = PRESET_NAMES.filter((name) => says(scaled(name)));
    if (presets.length > 0) return { presets, notes: [] };
    throw new FormatError(
      'unknown-network',
      "the layers in the file are not those of any preset; give the network's spec",
    );
  }
  const named = spec ?? (preset && scaled(preset));
  const presets = preset ? [preset] : [];
  if (!named || says(named)) return { presets, notes: [] };
  const detail = `the layers in the file compute something else than ${named.preset}`;
  return { presets, notes: [{ code: 'architecture', exact: false, detail }] };
}
