import { FormatError } from '../format-error.js';
import { transpose } from '../layout/transpose.js';
import type { StoredTensor } from './tensor-file.js';

/** A vector of one number again and again, for what a file leaves out because it changes nothing. */
export function filled(length: number, value: number): StoredTensor {
  return { dtype: 'f32', shape: [length], read: async () => new Float32Array(length).fill(value) };
}

/** The same tensor with the axes of a view of it moved: axis i of the result is `axes[i]` of `view`; shape stays. */
export function reordered<T extends StoredTensor>(
  tensor: T,
  view: readonly number[],
  axes: readonly number[],
): T {
  const elements = (sides: readonly number[]) => sides.reduce((product, side) => product * side, 1);
  if (elements(view) !== elements(tensor.shape)) {
    throw new FormatError(
      'bad-shape',
      `a tensor of [${tensor.shape}] where [${view}] was expected`,
    );
  }
  const { bytes: _, ...rest } = tensor;
  return {
    ...(rest as T),
    async read() {
      return transpose(await tensor.read(), view, axes);
    },
  };
}

/** The same tensor with another shape of as many numbers, and its axes moved: `shape[i]` is side `axes[i]`. */
export function permuted<T extends StoredTensor>(tensor: T, axes: readonly number[]): T {
  const shape = axes.map((axis) => tensor.shape[axis] ?? 1);
  return { ...reordered(tensor, tensor.shape, axes), shape };
}

/** The same numbers under another shape. */
export function reshaped<T extends StoredTensor>(tensor: T, shape: readonly number[]): T {
  const elements = (sides: readonly number[]) => sides.reduce((product, side) => product * side, 1);
  if (elements(shape) !== elements(tensor.shape)) {
    throw new FormatError(
      'bad-shape',
      `a tensor of [${tensor.shape}] where [${shape}] was expected`,
    );
  }
  return { ...tensor, shape };
}

/** Tensors one after the other along their first axis. */
export function joined<T extends StoredTensor>(tensors: readonly [T, ...T[]]): T {
  const [{ bytes: _, ...first }] = tensors;
  const [, ...rest] = first.shape;
  const rows = tensors.reduce((sum, { shape }) => sum + (shape[0] ?? 0), 0);
  return {
    ...(first as T),
    shape: [rows, ...rest],
    async read() {
      const parts = await Promise.all(tensors.map((tensor) => tensor.read()));
      const all = new Float32Array(parts.reduce((sum, { length }) => sum + length, 0));
      let at = 0;
      for (const part of parts) {
        all.set(part, at);
        at += part.length;
      }
      return all;
    },
  };
}

/**
 * The weight or bias of one output as that of two, the first of which is 0.
 *
 * @param layout Outputs are the first axis, or the last.
 */
export function besideZero<T extends StoredTensor>(
  tensor: T,
  layout: 'channels-first' | 'channels-last',
): T {
  const { bytes: _, shape, ...rest } = tensor;
  const first = layout === 'channels-first';
  return {
    ...(rest as T),
    shape: first ? [2, ...shape.slice(1)] : [...shape.slice(0, -1), 2],
    async read() {
      const own = await tensor.read();
      const both = new Float32Array(2 * own.length);
      own.forEach((value, index) => {
        both[first ? own.length + index : 2 * index + 1] = value;
      });
      return both;
    },
  };
}

/** The same tensor with every number changed by a function of it and its index. */
export function mapped<T extends StoredTensor>(
  tensor: T,
  change: (value: number, index: number) => number,
): T {
  const { bytes: _, ...rest } = tensor;
  return {
    ...(rest as T),
    async read() {
      return (await tensor.read()).map(change);
    },
  };
}

/** A single-precision number as the shortest decimal that means it: 1e-5, not 0.000009999999747378752. */
export function readNumber(single: number): number {
  for (let digits = 6; digits < 10; digits++) {
    const short = Number(single.toPrecision(digits));
    if (Math.fround(short) === single) return short;
  }
  return single;
}
