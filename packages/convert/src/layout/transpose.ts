import type { Axes } from './parameter-layouts.js';

/** Side of the tiles, in numbers: two tiles of 32 × 32 stay in the fastest cache. */
const TILE = 32;

/** One axis of the result: its length, and the step it means in the result and in the source. */
interface Axis {
  readonly size: number;
  readonly step: number;
  readonly from: number;
}

/**
 * Row-major transposition of up to four axes: element `[i0, i1, …]` of the result is the one of
 * `data` whose index on axis `axes[n]` is `in`. Goes through the numbers in tiles along the axis
 * that is contiguous in the source and the one that is contiguous in the result; without them
 * every step would miss the cache, at ten times the cost.
 */
export function transpose(data: Float32Array, shape: readonly number[], axes: Axes): Float32Array {
  const outer = axesOf(shape, axes);
  const inner = outer.pop() ?? { size: 1, step: 1, from: 1 };
  const contiguous = outer.findIndex(({ from, size }) => from === 1 && size > 1);
  const [fast = { size: 1, step: 0, from: 0 }] = contiguous < 0 ? [] : outer.splice(contiguous, 1);
  const [first, second, third] = [...outer, ...Array<Axis>(3).fill({ size: 1, step: 0, from: 0 })];
  const result = new Float32Array(data.length);
  if (!first || !second || !third) return result;
  for (let fastTile = 0; fastTile < fast.size; fastTile += TILE) {
    const fastEnd = Math.min(fastTile + TILE, fast.size);
    for (let innerTile = 0; innerTile < inner.size; innerTile += TILE) {
      const innerEnd = Math.min(innerTile + TILE, inner.size);
      for (let a = 0; a < first.size; a++) {
        for (let b = 0; b < second.size; b++) {
          for (let c = 0; c < third.size; c++) {
            const to = a * first.step + b * second.step + c * third.step;
            const from = a * first.from + b * second.from + c * third.from;
            for (let i = fastTile; i < fastEnd; i++) {
              const target = to + i * fast.step;
              const source = from + i * fast.from;
              for (let j = innerTile; j < innerEnd; j++) {
                result[target + j] = data[source + j * inner.from] ?? 0;
              }
            }
          }
        }
      }
    }
  }
  return result;
}

/** The axes of the result, slowest first; the last one's step is 1. */
function axesOf(shape: readonly number[], axes: Axes): Axis[] {
  const steps = (sides: readonly number[]) => {
    const result = sides.map(() => 1);
    for (let axis = sides.length - 2; axis >= 0; axis--) {
      result[axis] = (result[axis + 1] ?? 1) * (sides[axis + 1] ?? 1);
    }
    return result;
  };
  const sourceSteps = steps(shape);
  const sizes = axes.map((axis) => shape[axis] ?? 1);
  const resultSteps = steps(sizes);
  return axes.map((axis, position) => ({
    size: sizes[position] ?? 1,
    step: resultSteps[position] ?? 1,
    from: sourceSteps[axis] ?? 1,
  }));
}

/** The order that undoes `axes`. */
export function inverse(axes: Axes): Axes {
  return axes.map((_, axis) => axes.indexOf(axis));
}
