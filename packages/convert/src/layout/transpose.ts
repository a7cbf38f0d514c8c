import type { Axes } from './parameter-layouts.js';

/**
 * Row-major transposition of up to four axes: element `[i0, i1, …]` of the result is the one of
 * `data` whose index on axis `axes[n]` is `in`.
 */
export function transpose(data: Float32Array, shape: readonly number[], axes: Axes): Float32Array {
  const strides = [1, 1, 1, 1];
  for (let axis = shape.length - 2; axis >= 0; axis--) {
    strides[axis] = (strides[axis + 1] ?? 1) * (shape[axis + 1] ?? 1);
  }
  const lead = 4 - axes.length;
  const axis = (n: number): [size: number, step: number] => {
    const source = axes[n - lead];
    return source === undefined ? [1, 0] : [shape[source] ?? 1, strides[source] ?? 1];
  };
  const [[size0, step0], [size1, step1], [size2, step2], [size3, step3]] = [
    axis(0),
    axis(1),
    axis(2),
    axis(3),
  ];
  const result = new Float32Array(data.length);
  let position = 0;
  for (let i0 = 0; i0 < size0; i0++) {
    for (let i1 = 0; i1 < size1; i1++) {
      for (let i2 = 0; i2 < size2; i2++) {
        let from = i0 * step0 + i1 * step1 + i2 * step2;
        for (let i3 = 0; i3 < size3; i3++, from += step3) result[position++] = data[from] ?? 0;
      }
    }
  }
  return result;
}

/** The order that undoes `axes`. */
export function inverse(axes: Axes): Axes {
  return axes.map((_, axis) => axes.indexOf(axis));
}
