import type { Tensor4D } from '@tensorflow/tfjs-core';
import { ModelError } from '../model-error.js';
import type { Network } from '../network/network.js';
import { probabilities } from './probabilities.js';

/** What the network says about one image. */
export interface Prediction {
  /** `[classes]`, 0..1, adding up to 1. */
  readonly probabilities: Float32Array;
}

/** What the network says about one image seen as ten crops. */
export interface TenCropPrediction extends Prediction {
  /** The answer to each crop alone, in the order they were given: ten of `[classes]`. */
  readonly crops: readonly Float32Array[];
}

/** Preprocessed images in memory. A batch of `@alexnet/augment` is such. */
export interface PreparedImages {
  /** `[n, height, width, channels]` float32, n a multiple of ten where each image is ten crops. */
  readonly pixels: Float32Array;
  readonly imageShape: readonly [height: number, width: number, channels: number];
}

const CROPS = 10;

/**
 * Class probabilities (softmax) of preprocessed images `[batch, height, width, channels]`.
 *
 * @throws {ModelError} As {@link Network.forward}.
 */
export async function predict(network: Network, x: Tensor4D): Promise<Prediction[]> {
  const rows = await softmaxRows(network, x);
  return rows.map((probabilities) => ({ probabilities }));
}

/**
 * Averages the softmax over ten crops of each image (paper section 4.1; `LogregCostLayer` of the
 * 2012 source averages probabilities, not logits).
 *
 * @param crops `[10 · images, height, width, channels]`, the ten of one image together: corners
 * and center, then their mirror images.
 * @throws {ModelError} When the first length is no multiple of ten, or as {@link Network.forward}.
 */
export async function predictTenCrop(
  network: Network,
  crops: Tensor4D,
): Promise<TenCropPrediction[]> {
  const count = crops.shape[0];
  if (count % CROPS !== 0) {
    throw new ModelError(
      'bad-argument',
      `Ten crops an image make a multiple of ten, not ${count}.`,
    );
  }
  const rows = await softmaxRows(network, crops);
  return Array.from({ length: count / CROPS }, (_, image) => {
    const own = rows.slice(image * CROPS, (image + 1) * CROPS);
    return { probabilities: mean(own), crops: own };
  });
}

/**
 * The answers to images in memory, each seen once or as its ten crops; none for no images.
 *
 * @throws {ModelError} As {@link predict} and {@link predictTenCrop}.
 */
export async function predictPrepared(
  network: Network,
  { pixels, imageShape }: PreparedImages,
  { tenCrop = false }: { readonly tenCrop?: boolean } = {},
): Promise<(Prediction | TenCropPrediction)[]> {
  if (pixels.length === 0) return [];
  const size = imageShape.reduce((product, length) => product * length, 1);
  const x: Tensor4D = network.tf.tensor4d(pixels, [pixels.length / size, ...imageShape]);
  try {
    return tenCrop ? await predictTenCrop(network, x) : await predict(network, x);
  } finally {
    x.dispose();
  }
}

async function softmaxRows(network: Network, x: Tensor4D): Promise<Float32Array[]> {
  const softmax = probabilities(network, x);
  const [count, classes] = softmax.shape;
  const values = await softmax.data<'float32'>();
  softmax.dispose();
  return Array.from({ length: count }, (_, row) =>
    values.slice(row * classes, (row + 1) * classes),
  );
}

function mean(rows: readonly Float32Array[]): Float32Array {
  return new Float32Array(rows[0]?.length ?? 0).map(
    (_, index) => rows.reduce((total, row) => total + (row[index] ?? 0), 0) / rows.length,
  );
}
