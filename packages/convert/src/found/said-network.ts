import type { InputSpec, NetworkSpec } from '@alexnet/model';
import type { Note } from '../alexnet/note.js';
import type { OpenOptions } from '../alexnet/open-options.js';
import { FormatError } from '../format-error.js';
import type { FoundNetwork } from './found-network.js';
import { imageChannels } from './image-channels.js';
import { modifiersOf } from './match-preset.js';
import { type DescribedNetwork, networkOfLayers } from './network-of-layers.js';
import { saidInput } from './said-input.js';
import { withoutSigmoid } from './sigmoid-end.js';

/** A network a file describes, completed by what the caller says. */
export interface SaidNetwork extends DescribedNetwork {
  readonly notes: readonly Note[];
}

/**
 * The network of a file's layers at the size the file or the caller gives its images. Where neither
 * does, a preset is taken at its own size, with a note.
 *
 * @throws FormatError ambiguous without a size, unsupported where the caller contradicts the file
 */
export function saidNetwork(found: FoundNetwork, options: OpenOptions): SaidNetwork {
  if (found.input && !options.spec) requireSameInput(found.input, options);
  const { network, notes } = withoutSigmoid(found);
  const input = network.input ?? saidInput(options, imageChannels(network) ?? undefined);
  const described = networkOfLayers({ ...network, input });
  requireSameLayers(described.spec, options);
  if (input) return { ...described, notes };
  const { preset, input: own } = described.spec;
  const detail = `the file does not say how large its images are; ${own.height}×${own.width} px were assumed, as ${preset} takes them`;
  return { ...described, notes: [...notes, { code: 'architecture', exact: true, detail }] };
}

function isSame(a: InputSpec, b: InputSpec): boolean {
  return a.height === b.height && a.width === b.width && a.channels === b.channels;
}

/** A file that says how large its images are is not told otherwise. @throws FormatError unsupported */
export function requireSameInput(own: InputSpec, options: OpenOptions): void {
  const said = saidInput(options, own.channels);
  if (!said || isSame(own, said)) return;
  throw new FormatError(
    'unsupported',
    `the file says that its images are ${own.height}×${own.width}×${own.channels}, not ${said.height}×${said.width}×${said.channels}`,
  );
}

/** A file with layers says itself what stands in it. @throws FormatError unsupported */
export function requireSameLayers({ layers }: NetworkSpec, { modifiers = {} }: OpenOptions): void {
  const found = { norm: 'lrn', ...modifiersOf(layers) };
  for (const key of ['norm', 'pool', 'activation', 'head'] as const) {
    const said = modifiers[key];
    if (said === undefined || said === found[key]) continue;
    throw new FormatError(
      'unsupported',
      `the file holds its layers and has ${key} ${found[key] ?? 'none'}, not ${said}`,
    );
  }
}
