import type { Tensor, Tensor1D } from '@tensorflow/tfjs-core';
import type { Tf } from '../tf.js';
import { kernelOf } from './kernels.js';

const KERNEL = 'AlexNetBatchNorm';

/** What a batch is normalized with. */
export interface BatchNormParameters {
  /** [channels] */
  readonly scale: Tensor1D;
  /** [channels] */
  readonly shift: Tensor1D;
  readonly epsilon: number;
}

/** A batch normalized by its own mean and variance, and these. */
export interface NormalizedBatch {
  /** Of x's shape. */
  readonly y: Tensor;
  /** [channels] */
  readonly mean: Tensor;
  /** [channels], squares over the number of values less one; over one where there is one. */
  readonly unbiasedVariance: Tensor;
}

/**
 * Batch normalization as in training (Ioffe and Szegedy 2015, algorithm 1): every channel less its mean
 * over the batch, by the root of its variance, squares over n, plus epsilon.
 *
 * tfjs has it from single operations, whose gradient goes over the map a dozen times. The backend's
 * kernels `AlexNetBatchNorm` and `AlexNetBatchNormGrad` are used instead where it has them.
 *
 * @param x `[…, channels]` float32
 */
export function normalizeBatch(
  tf: Tf,
  x: Tensor,
  { scale, shift, epsilon }: BatchNormParameters,
): NormalizedBatch {
  const kernel = kernelOf(tf, KERNEL);
  if (kernel) {
    ensureGradient(tf);
    const [y, mean, unbiasedVariance] = kernel({ x, scale, shift }, { epsilon });
    return { y, mean, unbiasedVariance };
  }
  const { mean, variance } = tf.moments(x, [...x.shape.keys()].slice(0, -1));
  const values = x.size / mean.size;
  return {
    y: tf.batchNorm(x as never, mean as Tensor1D, variance as Tensor1D, shift, scale, epsilon),
    mean,
    unbiasedVariance: tf.mul(variance, values / Math.max(values - 1, 1)),
  };
}

/** Connects the kernels for automatic differentiation, once. */
function ensureGradient(tf: Tf): void {
  if (tf.getGradient(KERNEL)) return;
  tf.registerGradient({
    kernelName: KERNEL,
    inputsToSave: ['x', 'scale'],
    outputsToSave: [false, false, false, true, true, true],
    gradFunc: (dy, saved, attrs) => {
      const [x, scale, kept0, kept1, kept2] = saved as [Tensor, Tensor, Tensor, Tensor, Tensor];
      const gradient = kernelOf(tf, 'AlexNetBatchNormGrad');
      if (!gradient) throw new Error(`${tf.getBackend()} has no kernel AlexNetBatchNormGrad`);
      // Of the outputs y alone is differentiated: mean and variance go into the running values.
      const [dyOfY] = dy as unknown as [Tensor];
      const [dx, dscale, dshift] = gradient(
        { dy: dyOfY, x, scale, kept0, kept1, kept2 },
        attrs as never,
      );
      return { x: () => dx, scale: () => dscale, shift: () => dshift };
    },
  });
}
