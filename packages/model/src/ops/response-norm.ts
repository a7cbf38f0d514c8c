import type { Tensor4D } from '@tensorflow/tfjs-core';
import type { Tf } from '../tf.js';
import { kernelOf } from './kernels.js';

/** Constants of `y = x · (k + sumCoeff · Σ x²)^-beta`. */
export interface ResponseNorm {
  /** Channels or pixels in the window, odd. */
  readonly size: number;
  readonly k: number;
  readonly sumCoeff: number;
  readonly beta: number;
}

/**
 * Local response normalization across channels with a gradient of its own.
 *
 * The stock gradient of tfjs visits every pair of channels twice per element on WebGPU. With
 * `s = k + sumCoeff · (x² B)` and `B` the symmetric band matrix of the window,
 * `dx = dy · s^-β - 2 · sumCoeff · β · x ⊙ ((dy ⊙ y / s) B)`: two matrix products. A kernel
 * `AlexNetLRNGrad` of the current backend is used instead where there is one.
 *
 * @param x `[batch, height, width, channels]` float32.
 * @param groups Blocks of channels that are normalized apart, as the two towers of 2012 were.
 * @returns Same shape.
 */
export function localResponseNorm(
  tf: Tf,
  x: Tensor4D,
  norm: ResponseNorm,
  groups: number,
): Tensor4D {
  if (groups > 1) {
    // Each block as the channels of a pixel of its own: they lie side by side in memory.
    return tf.tidy(() => {
      const [n, height, width, channels] = x.shape;
      const apart: Tensor4D = tf.reshape(x, [n, height, width * groups, channels / groups]);
      return tf.reshape(localResponseNorm(tf, apart, norm, 1), x.shape);
    });
  }
  const radius = (norm.size - 1) / 2;
  const { k, sumCoeff, beta } = norm;
  const gradient = (dy: Tensor4D, input: Tensor4D, y: Tensor4D): Tensor4D => {
    const fast = kernelOf(tf, 'AlexNetLRNGrad');
    if (fast) {
      return fast({ x: input, y, dy }, { depthRadius: radius, bias: k, alpha: sumCoeff, beta });
    }
    const band = bandMatrix(tf, input.shape[3], radius);
    return normGradient(tf, dy, input, norm, (map) => overChannels(tf, map, band));
  };
  const op = tf.customGrad((input, save) => {
    const map = input as Tensor4D;
    const value = tf.localResponseNormalization(map, radius, k, sumCoeff, beta);
    (save as (tensors: Tensor4D[]) => void)([map, value]);
    return {
      value,
      gradFunc: (dy, saved) => {
        const [savedX, savedY] = saved as [Tensor4D, Tensor4D];
        return gradient(dy as Tensor4D, savedX, savedY);
      },
    };
  });
  return op(x) as Tensor4D;
}

/**
 * Response normalization inside each map: the sum runs over `size`×`size` pixels of the same map,
 * zero outside it (`rnorm` of `layers-145.cfg`).
 *
 * @param x `[batch, height, width, channels]` float32.
 * @returns Same shape.
 */
export function withinMapNorm(tf: Tf, x: Tensor4D, norm: ResponseNorm): Tensor4D {
  const sum = (map: Tensor4D) => overWindow(tf, map, norm.size);
  const op = tf.customGrad((input, save) => {
    const map = input as Tensor4D;

    (save as (tensors: Tensor4D[]) => void)([map]);
    return {
      value: tf.mul(map, tf.pow(denominator(tf, map, norm, sum), -norm.beta)),
      gradFunc: (dy, saved) => normGradient(tf, dy as Tensor4D, saved[0] as Tensor4D, norm, sum),
    };
  });
  return op(x) as Tensor4D;
}

/** The gradient both normalizations share: `sum` is its own adjoint, so it serves both passes. */
function normGradient(
  tf: Tf,
  dy: Tensor4D,
  x: Tensor4D,
  norm: ResponseNorm,
  sum: (map: Tensor4D) => Tensor4D,
): Tensor4D {
  const { sumCoeff, beta } = norm;
  return tf.tidy(() => {
    const s = denominator(tf, x, norm, sum);
    const direct: Tensor4D = tf.mul(dy, tf.pow(s, -beta));
    // dy ⊙ y / s = dy ⊙ x · s^-β / s
    const spread = sum(tf.div(tf.mul(direct, x), s));
    return tf.sub(direct, tf.mul(tf.mul(x, spread), 2 * sumCoeff * beta));
  });
}

/** `s = k + sumCoeff · Σ x²` */
function denominator(
  tf: Tf,
  x: Tensor4D,
  { k, sumCoeff }: ResponseNorm,
  sum: (map: Tensor4D) => Tensor4D,
): Tensor4D {
  return tf.add(tf.mul(sum(tf.square(x)), sumCoeff), k);
}

/** `[channels, channels]`, one where two channels are at most `radius` apart. */
function bandMatrix(tf: Tf, channels: number, radius: number) {
  const data = new Float32Array(channels * channels);
  for (let row = 0; row < channels; row++) {
    const end = Math.min(channels - 1, row + radius);
    for (let column = Math.max(0, row - radius); column <= end; column++) {
      data[row * channels + column] = 1;
    }
  }
  return tf.tensor2d(data, [channels, channels]);
}

function overChannels(tf: Tf, map: Tensor4D, band: ReturnType<typeof bandMatrix>): Tensor4D {
  const rows = tf.reshape(map, [-1, map.shape[3]]);
  return tf.reshape(tf.matMul(rows, band), map.shape);
}

/** Sum over a square window: an average over an explicitly zero-padded map, so that edges divide by the full window. */
function overWindow(tf: Tf, map: Tensor4D, size: number): Tensor4D {
  const radius = (size - 1) / 2;
  const padded = tf.pad(map, [
    [0, 0],
    [radius, radius],
    [radius, radius],
    [0, 0],
  ]);
  return tf.mul(tf.avgPool(padded, size, 1, 'valid'), size * size);
}
