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
}

/**
 * A float32 tensor of zeros and `kept`, the same for the same seed and stream on every backend.
 *
 * Drawn on the device by the backend's kernel `AlexNetDropoutMask` where it has one, from the same
 * integers: tfjs backends have no common random kernel, and runs must repeat.
 */
export function dropoutMask(tf: Tf, shape: readonly number[], mask: DropoutMask): Tensor {
  const { rate, kept, seed, stream } = mask;
  const threshold = Math.round(rate * 65_536);
  return tf.tidy(() => {
    const fast = kernelOf(tf, 'AlexNetDropoutMask');
    if (fast) {
      const scalar = typeof seed === 'number' ? tf.scalar(seed | 0, 'int32') : seed;
      return fast({ seed: scalar }, { shape, threshold, kept, stream });
    }
    if (typeof seed !== 'number') throw new Error('this backend draws no masks from a tensor');
    const size = shape.reduce((product, length) => product * length, 1);
    return tf.tensor(maskValues(size, threshold, kept, streamKey(seed, stream)), [...shape]);
  });
}

/** One random word decides two units. */
export function maskValues(
  length: number,
  threshold: number,
  kept: number,
  key: number,
): Float32Array {
  const mask = new Float32Array(length);
  for (let i = 0; i < length; i += 2) {
    const bits = word(key, i >>> 1);
    if ((bits & 0xffff) >= threshold) mask[i] = kept;
    if (bits >>> 16 >= threshold) mask[i + 1] = kept;
  }
  return mask;
}
