import type { Note } from '../alexnet/note.js';
import { besideZero } from '../tensors/derived.js';
import type { FoundLayer, FoundNetwork } from './found-network.js';

/**
 * A network whose answer is a sigmoid, as logits of classes. One unit answers yes or no: with another
 * that is always 0 the softmax of both is the same, σ(z) = e^z / (e^0 + e^z). Several answer each for
 * itself, which no softmax does, so that is an inexact note.
 */
export function withoutSigmoid(network: FoundNetwork): {
  readonly network: FoundNetwork;
  readonly notes: readonly Note[];
} {
  const { layers, layout } = network;
  const running = layers.filter((layer) => layer.op !== 'dropout' || layer.scaling === 'test');
  const [unit, last] = running.slice(-2);
  if (last?.op !== 'activation' || last.function !== 'sigmoid') return { network, notes: [] };
  if (unit?.op !== 'dense' || unit.units !== 1) {
    const detail =
      'the network answers each class for itself, by a sigmoid; here they exclude each other, and probabilities are a softmax';
    return {
      network: { ...network, layers: layers.filter((layer) => layer !== last) },
      notes: [{ code: 'architecture', exact: false, detail }],
    };
  }
  const detail =
    'one unit with a sigmoid became two classes, those of the labels 0 and 1, with the same probabilities';
  return {
    network: {
      ...network,
      layers: [...layers.slice(0, layers.indexOf(unit)), yesOrNo(unit, layout)],
    },
    notes: [{ code: 'architecture', exact: true, detail }],
  };
}

/** Two units for one: the first is 0 for every image. */
function yesOrNo(
  unit: Extract<FoundLayer, { op: 'dense' }>,
  layout: FoundNetwork['layout'],
): FoundLayer {
  const { weight, bias } = unit.tensors;
  return {
    ...unit,
    units: 2,
    tensors: {
      ...(weight && { weight: besideZero(weight, layout) }),
      ...(bias && { bias: besideZero(bias, layout) }),
    },
  };
}
