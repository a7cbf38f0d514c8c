import type { Scalar, Tensor } from '@tensorflow/tfjs-core';
import { streamKey } from '../network/random-stream.js';
import type { Tf } from '../tf.js';
import { dropoutThreshold, maskValues } from './dropout-mask.js';
import { kernelOf } from './kernels.js';

const FUSED = 'AlexNetDropout';

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
 * x times a mask of zeros and `kept`, the same for the same seed and stream on every backend.
 *
 * Drawn on the device by the backend's kernel `AlexNetDropout` or `AlexNetDropoutMask` where it has one,
 * from the same integers: tfjs backends have no common random kernel, and runs must repeat.
 */
export function dropout(tf: Tf, x: Tensor, mask: DropoutMask): Tensor {
  const { rate, kept, seed, stream, before = 0 } = mask;
  const { shape, size } = x;
  const threshold = dropoutThreshold(rate);
  const from = before * (size / (shape[0] || 1));
  const attrs = { threshold, kept, stream, from };
  return tf.tidy(() => {
    const scalar = () => (typeof seed === 'number' ? tf.scalar(seed | 0, 'int32') : seed);
    const fused = kernelOf(tf, FUSED);
    if (fused) {
      ensureGradient(tf);
      return fused({ x, seed: scalar() }, attrs);
    }
    const draw = kernelOf(tf, 'AlexNetDropoutMask');
    if (draw) return tf.mul(x, draw({ seed: scalar() }, { ...attrs, shape }));
    if (typeof seed !== 'number') throw new Error('this backend draws no masks from a tensor');
    const values = maskValues({ from, to: from + size }, threshold, kept, streamKey(seed, stream));
    return tf.mul(x, tf.tensor(values, [...shape]));
  });
}

/** Connects the kernel for automatic differentiation, once: the mask is drawn again on the way back. */
function ensureGradient(tf: Tf): void {
  if (tf.getGradient(FUSED)) return;
  tf.registerGradient({
    kernelName: FUSED,
    inputsToSave: ['seed'],
    gradFunc: (dy, [seed], attrs) => ({
      x: () => {
        const fused = kernelOf(tf, FUSED);
        if (!fused) throw new Error(`${tf.getBackend()} has no kernel ${FUSED}`);
        return fused({ x: dy as Tensor, seed: seed as Tensor }, attrs as never);
      },
    }),
  });
}
