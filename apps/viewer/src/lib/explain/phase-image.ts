import { createRng } from '@alexnet/augment';
import type { Tf } from '@alexnet/model';
import { decorrelatedColors } from './decorrelated-colors.js';
import type { GrownImage } from './fourier-image.js';

type Tensor = import('@tensorflow/tfjs-core').Tensor;
type Tensor4D = import('@tensorflow/tfjs-core').Tensor4D;

/** Keeps a division by a spread of zero from becoming infinite. */
const LEAST_SPREAD = 1e-5;

/**
 * An image whose spectrum keeps the magnitudes of photographs: only the phases can be changed
 * (Fel et al. 2023, "Unlocking Feature Visualization for Deeper Networks with MAgnitude Constrained
 * Optimization", section 4; phases and pixels brought to mean 0 and spread 1 as in the authors' code,
 * deel-ai/xplique, features_visualizations/preconditioning.py).
 *
 * Their magnitudes are the mean of ImageNet's; these are 1/f, which photographs follow (Field 1987).
 * The inverse real Fourier transform is written as products with cosines and sines: every backend
 * has their slopes.
 */
export function phaseImage(tf: Tf, height: number, width: number, seed: number): GrownImage {
  const half = Math.floor(width / 2) + 1;
  const down = waves(tf, height, height, height);
  const across = waves(tf, half, width, width);
  const magnitudes = tf.tensor3d(photographMagnitudes(height, width, half), [1, height, half]);
  const colors = decorrelatedColors(tf);
  const rng = createRng(seed, 1);
  const start = Float32Array.from({ length: 3 * height * half }, () => rng.normal());
  const shape = [3, height, half] as const;

  /** Each of three planes [3, rows, columns] times a matrix on the right. */
  const times = (planes: Tensor, matrix: Tensor) => {
    const [, rows = 0, columns = 0] = planes.shape;
    const product = tf.matMul(tf.reshape(planes, [3 * rows, columns]), matrix);
    return tf.reshape(product, [3, rows, matrix.shape[1] ?? 0]);
  };
  const turned = (planes: Tensor) => tf.transpose(planes, [0, 2, 1]);

  return {
    start,
    shape,
    draw: (coefficients) =>
      tf.tidy(() => {
        const phase = standardized(tf, coefficients);
        const real = tf.mul(tf.cos(phase), magnitudes);
        const imaginary = tf.mul(tf.sin(phase), magnitudes);
        // (a + ib) e^(iθ) along each row, its real and its imaginary part.
        const a = tf.sub(times(real, across.cos), times(imaginary, across.sin));
        const b = tf.add(times(real, across.sin), times(imaginary, across.cos));
        // Along each column only the real part is left; matrices of columns are symmetric.
        const columns = tf.sub(times(turned(a), down.cos), times(turned(b), down.sin));
        const planes = standardized(tf, columns);
        const pixels = tf.transpose(planes, [2, 1, 0]);
        const mixed = colors.mix(tf.reshape(pixels, [height * width, 3]));
        return tf.reshape(tf.sigmoid(mixed), [1, height, width, 3]) as Tensor4D;
      }),
    dispose: () => {
      tf.dispose([down.cos, down.sin, across.cos, across.sin, magnitudes]);
      colors.dispose();
    },
  };
}

/** The same values with mean 0 and spread 1. */
function standardized(tf: Tf, values: Tensor): Tensor {
  const centered = tf.sub(values, tf.mean(values));
  const spread = tf.sqrt(tf.mean(tf.square(centered)));
  return tf.div(centered, tf.add(spread, LEAST_SPREAD));
}

/** cos and sin of 2π·f·place/length, [frequencies, places]. */
function waves(tf: Tf, frequencies: number, places: number, length: number) {
  const angles = Float32Array.from({ length: frequencies * places }, (_, index) => {
    const [frequency, place] = [Math.floor(index / places), index % places];
    return (2 * Math.PI * ((frequency * place) % length)) / length;
  });
  const matrix = (values: Float32Array) => tf.tensor2d(values, [frequencies, places]);
  return { cos: matrix(angles.map(Math.cos)), sin: matrix(angles.map(Math.sin)) };
}

/**
 * 1/f of each coefficient of half a spectrum [height, half], f in cycles per pixel, none at 0. A
 * column stands for its mirror image too, the first and, of an even width, the last excepted.
 */
function photographMagnitudes(height: number, width: number, half: number): Float32Array {
  return Float32Array.from({ length: height * half }, (_, index) => {
    const [y, x] = [Math.floor(index / half), index % half];
    const f = Math.hypot(Math.min(y, height - y) / height, x / width);
    const twice = x === 0 || 2 * x === width ? 1 : 2;
    return f === 0 ? 0 : twice / f;
  });
}
