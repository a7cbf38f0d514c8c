import type { RgbImage } from '@alexnet/files/image';
import type { Rng } from '../rng.js';
import { ANY_IMAGE, type AugmentOp, type SampleState } from './augment-op.js';

/** A checked sequence of steps from a decoded image to one training example. */
export interface AugmentChain {
  readonly ops: readonly AugmentOp[];
  /** State before the first and after every step: one more than there are steps. */
  readonly states: readonly SampleState[];
  readonly output: {
    readonly height: number;
    readonly width: number;
    readonly range: readonly [number, number];
  };
  /**
   * Runs the chain.
   *
   * @param out Receives `[height, width, 3]` float32 at `outOffset`.
   * @throws {RangeError} when `out` has no room.
   */
  applyInto(out: Float32Array, outOffset: number, image: RgbImage, rng: Rng): void;
}

/**
 * Builds a chain and checks that every step can take what the one before gives.
 *
 * @throws {RangeError} naming the step that does not fit, or when the end is not float32 of one size.
 */
export function createChain(ops: readonly AugmentOp[]): AugmentChain {
  let state = ANY_IMAGE;
  const states = [state];
  for (const [i, op] of ops.entries()) {
    try {
      state = op.describe(state);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      throw new RangeError(`step ${i + 1} of the chain does not fit: ${reason}`, { cause: error });
    }
    states.push(state);
  }
  const { size, type, range } = state;
  if (size === null || type !== 'float32') {
    const lacks = size === null ? 'images of one size (add a crop)' : 'float32 (add normalize)';
    throw new RangeError(`the chain does not end in ${lacks}`);
  }
  const { height, width } = size;
  return {
    ops,
    states,
    output: { height, width, range },
    applyInto: (out, outOffset, image, rng) => {
      if (outOffset < 0 || outOffset + height * width * 3 > out.length) {
        throw new RangeError(`an example of ${height * width * 3} values does not fit the output`);
      }
      const sample = ops.reduce<Parameters<AugmentOp['apply']>[0]>(
        (current, op) => op.apply(current, rng),
        image,
      );
      out.set(sample.data, outOffset);
    },
  };
}
