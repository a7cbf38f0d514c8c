import {
  channelMeanOf,
  describePreprocessing,
  meanImageOf,
  type Preprocessing,
  type Resize,
} from '@alexnet/model';
import { assembleModel } from '../alexnet/assemble-model.js';
import { type ChannelOrder, conv1Order } from '../alexnet/channel-order.js';
import { detectSpec } from '../alexnet/detect-spec.js';
import { matchTensors } from '../alexnet/match-tensors.js';
import type { Note } from '../alexnet/note.js';
import type { OpenOptions } from '../alexnet/open-options.js';
import type { StoredModel } from '../alexnet/stored-model.js';
import { FormatError, UnsaidError } from '../format-error.js';
import { parameterLayouts } from '../layout/parameter-layouts.js';
import { filled } from '../tensors/derived.js';
import type { StoredTensors } from '../tensors/tensor-file.js';
import type { FoundNetwork } from './found-network.js';
import { type InputAffine, preprocessingOf } from './input-affine.js';
import { flattenOrderOf, sameComputation } from './network-of-layers.js';
import { saidNetwork } from './said-network.js';
import { inOrder } from './tidy-layers.js';

/** A network a codec found in a file whose format has layers, and what the file says beside it. */
export interface FoundModel {
  /** Name of the format, for the provenance. */
  readonly format: string;
  readonly network: FoundNetwork;
  /** What is done to the pixels before the first layer; null for nothing. */
  readonly front: InputAffine | null;
  /** How images are scaled before that, where the file says it. */
  readonly resize?: Resize | null;
  readonly channelOrder: ChannelOrder | null;
  readonly preprocessing: Preprocessing | null;
  readonly classNames: readonly string[] | null;
  readonly notes: readonly Note[];
}

/**
 * The model a file's layers describe. Where the caller names a network, that one, with an inexact note
 * if the file says otherwise or has a layer nobody but its author knows.
 *
 * @throws FormatError
 */
export function assembleFound(
  { network, front, resize, notes, ...rest }: FoundModel,
  options: OpenOptions,
): StoredModel {
  const { preset, spec: given } = options;
  const named = given ?? preset;
  const unknown = network.layers.find((layer) => layer.op === 'unknown');
  if (named === undefined || !unknown) {
    const described = saidNetwork(network, options);
    const agrees =
      (!preset || described.spec.preset === preset) &&
      (!given || sameComputation(described.spec, given));
    if (agrees) {
      const { spec, tensors } = described;
      const order = conv1Order(rest.channelOrder, options);
      const prepared = front && preprocessingOf(front, spec.input, resize, order);
      if (prepared) requireSamePixels(prepared.preprocessing, options.preprocessing);
      return assembleModel(
        {
          ...rest,
          ...(prepared && { preprocessing: prepared.preprocessing }),
          tensors,
          layout: network.layout,
          presets: null,
          notes: [...notes, ...described.notes, ...frontNotes(prepared?.note, resize)],
        },
        { ...options, spec: given ?? spec },
      );
    }
  }
  if (front || resize) {
    throw new FormatError(
      'unsupported',
      'the file prepares its input itself; read it as the network it is',
    );
  }
  const what = typeof named === 'string' ? named : 'the given spec';
  const detail = unknown?.detail ?? `the layers in the file compute something else than ${what}`;
  const note: Note = { code: 'architecture', exact: false, detail };
  const { spec, tensors } = asNamed(network, options);
  return assembleModel(
    { ...rest, tensors, layout: network.layout, presets: null, notes: [...notes, note] },
    { ...options, spec },
  );
}

/** A file that prepares its pixels itself leaves the caller the size and the order of the images to say. */
function requireSamePixels(own: Preprocessing, given: Preprocessing | undefined): void {
  if (!given || sameChange(own, given)) return;
  throw new FormatError(
    'unsupported',
    `the file prepares its pixels itself (${describePreprocessing(own)}), not as the preprocessing says; give these numbers, or leave it out`,
  );
}

/** Whether pixels become the same numbers, whatever range they are said in. */
function sameChange(own: Preprocessing, given: Preprocessing): boolean {
  if (meanImageOf(given)) return false;
  const [a, b] = [changeOf(own), changeOf(given)];
  return a.every((value, index) => Math.abs(value - (b[index] ?? 0)) <= 1e-4 * Math.abs(value));
}

/** The factor and the offset of each channel, for pixels from 0 to 1. */
function changeOf(preprocessing: Preprocessing): readonly number[] {
  const { range, std } = preprocessing;
  const mean = channelMeanOf(preprocessing);
  return [0, 1, 2].flatMap((channel) => {
    const by = std?.[channel] ?? 1;
    return [range / by, (mean?.[channel] ?? 0) / by];
  });
}

/** What became of the layers before the network; without their range pixels cannot be prepared. */
function frontNotes(note: Note | undefined, resize: Resize | null | undefined): readonly Note[] {
  if (note) return [note];
  if (!resize) return [];
  const { shorterSide, squash } = resize;
  const how = squash ? 'without regard to proportions' : 'by their shorter side';
  const detail = `the file resizes images to ${shorterSide} px ${how}; the range of pixels it does not say`;
  return [{ code: 'preprocessing', exact: true, detail }];
}

/** The file's tensors as those of the network the caller named. */
function asNamed({ layers, layout }: FoundNetwork, { preset, spec }: OpenOptions) {
  const tensors: StoredTensors = new Map();
  let index = 0;
  for (const layer of layers) {
    if (!('tensors' in layer)) continue;
    index++;
    for (const [part, tensor] of Object.entries(layer.tensors))
      tensors.set(`${index}.${part}`, tensor);
    const units = layer.op === 'conv' ? layer.filters : layer.op === 'dense' ? layer.units : 0;
    if (units && !layer.tensors.bias) tensors.set(`${index}.bias`, filled(units, 0));
  }
  const layouts = spec && parameterLayouts(spec);
  const match = layouts && matchTensors(layouts, tensors, layout);
  if (spec && !match) {
    throw new UnsaidError(
      'unknown-network',
      'the shapes in the file are not those of the given spec',
      ['spec', 'preset'],
    );
  }
  const found =
    spec && match ? { spec, match } : detectSpec({ tensors, layout }, preset ? [preset] : null);
  const named: StoredTensors = new Map(found.match.pairs.map(([name, , tensor]) => [name, tensor]));
  // The first dense layer's inputs come in the order of the file's flatten.
  const flattened = flattenOrderOf(found.spec);
  const order = layers.find((layer) => layer.op === 'flatten')?.order;
  const weight = flattened && named.get(flattened.weight);
  if (flattened && weight && order) {
    const natural = layout === 'channels-first' ? 'chw' : 'hwc';
    named.set(flattened.weight, inOrder(weight, { order, map: flattened.map }, natural, layout));
  }
  return { spec: found.spec, tensors: named };
}
