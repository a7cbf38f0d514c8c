import { FormatError } from '../format-error.js';
import type { Model } from '../model-file/model-file.js';

/**
 * Moves the 2012 source's test-time factor (activations × keep rate after a dropout) into the
 * weights of the layer that follows, biases untouched: the network then runs where dropout does
 * nothing outside training. With the keep rate of ½ no bit is lost.
 *
 * @throws FormatError unsupported where no dense or convolutional layer follows
 */
export function foldDropout(file: Model): Model {
  const weights = new Map(file.weights);
  const layers = file.spec.layers.map((layer, index) => {
    if (layer.op !== 'dropout' || layer.scaling !== 'test') return layer;
    const next = file.spec.layers.slice(index + 1).find(({ op }) => op !== 'flatten');
    if (next?.op !== 'dense' && next?.op !== 'conv') {
      throw new FormatError('unsupported', `no weights follow ${layer.name}`);
    }
    const name = `${next.name}.weight`;
    const weight = weights.get(name);
    if (!weight) throw new FormatError('missing-tensor', `"${name}" is missing`);
    weights.set(name, { ...weight, data: weight.data.map((value) => value * (1 - layer.rate)) });
    return { ...layer, scaling: 'train' } as const;
  });
  return { ...file, spec: { ...file.spec, layers }, weights };
}
