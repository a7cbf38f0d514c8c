import type { Rng } from '@alexnet/augment';
import type { Tf } from '@alexnet/model';

type Tensor = import('@tensorflow/tfjs-core').Tensor;
type Tensor4D = import('@tensorflow/tfjs-core').Tensor4D;

/**
 * Settings of the authors' code (Fel et al. 2023; deel-ai/xplique, features_visualizations/maco.py):
 * centers and sizes of crops are normal with these spreads, as shares of the image.
 */
const CENTER_SPREAD = 0.15;
const SIZE_SPREAD = 0.05;
/** Theirs is 0.08 of values from -1 to 1. */
const NOISE = 0.04;
/** Theirs are 32, on a graphics card. */
const CROPS = 4;
/**
 * Theirs fall from 0.5 to 0.05 of an image of 512 px for networks that read 224 px. An image here is
 * no larger than what the network reads, and smaller parts would only be blurred.
 */
const SIZE = 0.9;

/**
 * Parts of an image [1, height, width, 3], each enlarged to the size of the whole and with some noise,
 * [crops, height, width, 3].
 */
export function cropViews(tf: Tf, image: Tensor4D, rng: Rng): Tensor4D {
  const [, height, width] = image.shape;
  const planes = tf.transpose(tf.reshape(image, [height, width, 3]), [2, 0, 1]);
  const within = (value: number, low: number, high: number) => Math.max(low, Math.min(high, value));
  const crops: Tensor[] = [];
  for (let crop = 0; crop < CROPS; crop++) {
    const size = within(SIZE + SIZE_SPREAD * rng.normal(), 0, 1);
    const start = () => within(0.5 + CENTER_SPREAD * rng.normal() - size / 2, 0, 1 - size);
    const columns = tf.tensor2d(stretch(width, start(), size), [width, width]);
    const rows = tf.tensor2d(stretch(height, start(), size), [height, height]);
    const across = tf.matMul(tf.reshape(planes, [3 * height, width]), columns);
    const turned = tf.transpose(tf.reshape(across, [3, height, width]), [0, 2, 1]);
    const down = tf.matMul(tf.reshape(turned, [3 * width, height]), rows);
    crops.push(tf.transpose(tf.reshape(down, [3, width, height]), [2, 1, 0]));
  }
  const views = tf.stack(crops);
  const noise = tf.randomNormal(views.shape, 0, NOISE, 'float32', rng.below(2 ** 31 - 1) + 1);
  return tf.add(views, noise) as Tensor4D;
}

/** Bilinear enlargement of a part of a line to the whole of it, as a matrix [from, to]. */
function stretch(length: number, start: number, size: number): Float32Array {
  const matrix = new Float32Array(length * length);
  for (let to = 0; to < length; to++) {
    const at = Math.max(0, Math.min(length - 1, start * length + (to + 0.5) * size - 0.5));
    const low = Math.min(length - 2, Math.floor(at));
    matrix[low * length + to] = 1 - (at - low);
    matrix[(low + 1) * length + to] = at - low;
  }
  return matrix;
}
