import type { Note } from '../alexnet/note.js';
import type { OpenOptions } from '../alexnet/open-options.js';
import type { FoundNetwork } from './found-network.js';
import { imageChannels } from './image-channels.js';
import { type DescribedNetwork, networkOfLayers } from './network-of-layers.js';
import { requireSameInput, requireSameLayers } from './require-same.js';
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
  const input = network.input ?? saidInput(options, imageChannels(network));
  const described = networkOfLayers({ ...network, input });
  requireSameLayers(described.spec, options);
  if (input) return { ...described, notes };
  const { preset, input: own } = described.spec;
  const detail = `the file does not say how large its images are; ${own.height}×${own.width} px were assumed, as ${preset} takes them`;
  return { ...described, notes: [...notes, { code: 'architecture', exact: true, detail }] };
}
