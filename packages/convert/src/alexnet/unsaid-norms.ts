import { UnsaidError } from '../format-error.js';
import type { StoredTensors } from '../tensors/tensor-file.js';
import type { OpenOptions } from './open-options.js';
import { type NamedTensors, nameLayersOf } from './state-dict.js';

/**
 * Tensors of TensorFlow or Keras by the names of layers, where batch norms stand among them: those have no
 * number of their own, and the epsilon of a batch norm is in no file of numbers.
 *
 * @returns null without batch norms
 * @throws FormatError ambiguous where the caller does not say the epsilon
 */
export function namedNorms(
  tensors: StoredTensors,
  { spec, epsilon }: Pick<OpenOptions, 'spec' | 'epsilon'>,
  layout: 'channels-first' | 'channels-last',
): NamedTensors | null {
  if (![...tensors.keys()].some((name) => name.endsWith('.running_var'))) return null;
  if (!spec && epsilon === undefined) {
    throw new UnsaidError(
      'ambiguous',
      "the file holds numbers only, and batch norms add an epsilon to the variance that is none of them; say it (Keras' own is 0.001)",
      ['epsilon'],
    );
  }
  return nameLayersOf(tensors, false, layout);
}
