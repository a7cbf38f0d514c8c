import type { Scalar, Tensor } from '@tensorflow/tfjs-core';
import { streamKey, word } from '../network/random-stream.js';
import type { Tf } from '../tf.js';
import { kernelOf } from './kernels.js';

/** What decides a mask beside its shape. */
export interface DropoutMask {
  /** Share that is dropped, to 1/65,536. */
  readonly rate: number;
  /** Value where a unit stays. */
  readonly kept: number;
  /** Whole number; a scalar of int32 where the backend draws the mask. */
  readonly seed: number | Scalar;
  /** Name of the stream of random words, beside the seed. */
  readonly stream: string;
  /** Examples of the same draw that come before these: a part has the masks it has in the whole. Default 0. */
  readonly before?: number;
}

/**
 * A float32 tensor of zeros and `kept`, the same for the same seed and stream on every backend.
 *
 * Drawn on the device by the backend's kernel `AlexNetDropoutMask` where it has one, from the same
 * integers: tfjs backends have no common random kernel, and runs must repeat.
 */
export function dropoutMask(tf: Tf, shape: readonly number[], mask: DropoutMask): Tensor {
  const { rate, kept, seed, stream, before = 0 } = mask;
  const threshold = Math.round(rate * 65_536);
  const size = shape.reduce((product, length) => product * length, 1);
  const from = before * (size / (shape[0] || 1));
  return tf.tidy(() => {
    const fast = kernelOf(tf, 'AlexNetDropoutMask');
    if (fast) {
      const scalar = typeof seed === 'number' ? tf.scalar(seed | 0, 'int32') : seed;
      return fast({ seed: scalar }, { shape, threshold, kept, stream, from });
    }
    if (typeof seed !== 'number') throw new Error('this backend draws no masks from a tensor');
    const values = maskValues({ from, to: from + size }, threshold, kept, streamKey(seed, stream));
    return tf.tensor(values, [...shape]);
  });
}

/** Units `from` to `to` of a draw; one random word decides two of them. */
export function maskValues(
  { from, to }: { readonly from: number; readonly to: number },
  threshold: number,
  kept: number,
  key: number,
): Float32Array {
  const mask = new Float32Array(to - from);
  for (let unit = from - (from % 2); unit < to; unit += 2) {
    const bits = word(key, unit / 2);
    if (unit >= from && (bits & 0xffff) >= threshold) mask[unit - from] = kept;
    if (bits >>> 16 >= threshold) mask[unit + 1 - from] = kept;
  }
  return mask;
}
