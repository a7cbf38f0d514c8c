import { FormatError } from '../format-error.js';
import type { StoredTensors } from '../tensors/tensor-file.js';
import type { SourceModel } from './source-model.js';

/** What other libraries call the two parameters of a layer. */
const PARTS: Readonly<Record<string, string>> = {
  weights: 'weight',
  weight: 'weight',
  kernel: 'weight',
  W: 'weight',
  biases: 'bias',
  bias: 'bias',
  b: 'bias',
};

/** `conv1/weights`, `conv1/kernel:0`, `conv1.weight` and the like as `conv1.weight`. */
export function parameterName(name: string): string {
  const [, layer, part] = /^(.+)[/.]([A-Za-z_]+)(?::0)?$/.exec(name) ?? [];
  const known = part !== undefined && Object.hasOwn(PARTS, part) ? PARTS[part] : part;
  return layer === undefined ? name : `${layer}.${known}`;
}

/**
 * The axis order of a file that does not say it: the two sides of a filter are the same, its inputs and
 * outputs are not; where they are the same as well, conv1's are colors.
 *
 * @throws FormatError bad-shape where one filter is in one order and one in the other
 */
export function layoutByShape(tensors: StoredTensors): SourceModel['layout'] {
  const filters = [...tensors].filter(([, { shape }]) => shape.length === 4);
  const square = ([a, b, c, d]: readonly number[]) => ({ first: c === d, last: a === b });
  const only = (order: 'first' | 'last') =>
    filters.find(([, { shape }]) => {
      const sides = square(shape);
      return sides[order] && !(sides.first && sides.last);
    });
  const [first, last] = [only('first'), only('last')];
  if (first && last) {
    throw new FormatError(
      'bad-shape',
      `"${first[0]}" of [${first[1].shape}] has its channels first, "${last[0]}" of [${last[1].shape}] last; save both in one order`,
    );
  }
  const colors = filters.some(
    ([
      ,
      {
        shape: [a, b, c = 0],
      },
    ]) => a === b && c <= 4,
  );
  return last || (!first && colors) ? 'channels-last' : 'channels-first';
}
