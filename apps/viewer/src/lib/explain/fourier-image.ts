import { createRng } from '@alexnet/augment';
import type { Tf } from '@alexnet/model';
import { decorrelatedColors } from './decorrelated-colors.js';

type Tensor = import('@tensorflow/tfjs-core').Tensor;
type Tensor4D = import('@tensorflow/tfjs-core').Tensor4D;

/** Spread of the first coefficients (Lucid, lucid/optvis/param/spatial.py). */
const START_SPREAD = 0.01;
/** Lucid divides its spectrum by this. */
const LUCID_DIVISOR = 4;

/** An image made of coefficients that can be followed uphill. */
export interface GrownImage {
  /** First coefficients, from the seed. */
  readonly start: Float32Array;
  /** Shape of the coefficients. */
  readonly shape: readonly [number, number, number];
  /** The image [1, height, width, 3] that coefficients make, RGB from 0 to 1. */
  draw(coefficients: Tensor): Tensor4D;
  dispose(): void;
}

/**
 * An image parameterized by its spectrum, low frequencies weighted by 1/f as in photographs, in
 * decorrelated colors (Olah, Mordvintsev and Schubert 2017, "Feature Visualization", the
 * preconditioning section).
 *
 * The transform is Hartley's, cos + sin, which is real and its own inverse: two matrix products,
 * whose slopes every backend has, unlike those of the FFT.
 */
export function fourierImage(tf: Tf, height: number, width: number, seed: number): GrownImage {
  const rows = tf.tensor2d(hartley(height), [height, height]);
  const columns = tf.tensor2d(hartley(width), [width, width]);
  const weights = tf.tensor3d(frequencyWeights(height, width), [1, height, width]);
  const colors = decorrelatedColors(tf);
  const rng = createRng(seed, 1);
  const start = Float32Array.from(
    { length: height * width * 3 },
    () => START_SPREAD * rng.normal(),
  );
  return {
    start,
    shape: [height, width, 3],
    draw: (coefficients) =>
      tf.tidy(() => {
        const spectrum = tf.mul(tf.transpose(coefficients, [2, 0, 1]), weights);
        const plane = [3, height, width] as const;
        const across = tf.matMul(tf.reshape(spectrum, [3 * height, width]), columns);
        // The transform of rows is symmetric: rows · X is (Xᵀ · rows)ᵀ.
        const turned = tf.transpose(tf.reshape(across, [...plane]), [0, 2, 1]);
        const down = tf.matMul(tf.reshape(turned, [3 * width, height]), rows);
        const pixels = tf.transpose(tf.reshape(down, [3, width, height]), [2, 1, 0]);
        const mixed = colors.mix(tf.reshape(pixels, [height * width, 3]));
        return tf.reshape(tf.sigmoid(mixed), [1, height, width, 3]) as Tensor4D;
      }),
    dispose: () => {
      tf.dispose([rows, columns, weights]);
      colors.dispose();
    },
  };
}

/** Hartley's matrix of size n: (cos + sin)(2π·jk/n) / √n, symmetric and its own inverse. */
export function hartley(n: number): Float32Array {
  const matrix = new Float32Array(n * n);
  for (let j = 0; j < n; j++) {
    for (let k = 0; k < n; k++) {
      const turn = (2 * Math.PI * ((j * k) % n)) / n;
      matrix[j * n + k] = (Math.cos(turn) + Math.sin(turn)) / Math.sqrt(n);
    }
  }
  return matrix;
}

/** 1/f of each coefficient, f in cycles per pixel and at least one wave per image. */
function frequencyWeights(height: number, width: number): Float32Array {
  const weights = new Float32Array(height * width);
  const least = 1 / Math.max(height, width);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const f = Math.hypot(Math.min(y, height - y) / height, Math.min(x, width - x) / width);
      weights[y * width + x] = 1 / Math.max(f, least) / LUCID_DIVISOR;
    }
  }
  return weights;
}
