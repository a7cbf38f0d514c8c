import type { Tensor, Tensor4D } from '@tensorflow/tfjs-core';
import { ModelError } from '../model-error.js';
import type { Network } from '../network/network.js';
import { countOf, type ImageShape, type Pixels, pixelTensors } from '../ops/byte-images.js';
import { probabilities } from './probabilities.js';

/** What the network says about one image. */
export interface Prediction {
  /** `[classes]`, 0..1, adding up to 1; of images that were answered together, a view of all their answers. */
  readonly probabilities: Float32Array;
}

/** What the network says about one image seen as ten crops. */
export interface TenCropPrediction extends Prediction {
  /** The answer to each crop alone, in the order they were given: ten of `[classes]`. */
  readonly crops: readonly Float32Array[];
}

/** Preprocessed images in memory. A batch of `@alexnet/augment` is such. */
export interface PreparedImages {
  /** Of n images, a multiple of ten where each image is ten crops. */
  readonly pixels: Pixels;
  readonly imageShape: ImageShape;
}

const CROPS = 10;

/**
 * Class probabilities (softmax) of preprocessed images `[batch, height, width, channels]`.
 *
 * @throws {ModelError} As {@link Network.forward}.
 */
export function predict(network: Network, x: Tensor4D): Promise<Prediction[]> {
  return predictOnce(network, [x], shapeOf(x));
}

/**
 * Averages the softmax over ten crops of each image (paper section 4.1; `LogregCostLayer` of the
 * 2012 source averages probabilities, not logits).
 *
 * @param crops `[10 · images, height, width, channels]`, the ten of one image together: corners
 * and center, then their mirror images.
 * @throws {ModelError} When the first length is no multiple of ten, or as {@link Network.forward}.
 */
export function predictTenCrop(network: Network, crops: Tensor4D): Promise<TenCropPrediction[]> {
  return predictTen(network, [crops], shapeOf(crops));
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
  if (countOf(pixels, imageShape) === 0) return [];
  const given = pixelTensors(network.tf, pixels, imageShape);
  try {
    return await (tenCrop ? predictTen : predictOnce)(network, given, imageShape);
  } finally {
    network.tf.dispose(given);
  }
}

async function predictOnce(
  network: Network,
  given: readonly Tensor[],
  imageShape: ImageShape,
): Promise<Prediction[]> {
  const rows = await softmaxRows(network, given, imageShape);
  return rows.map((probabilities) => ({ probabilities }));
}

async function predictTen(
  network: Network,
  given: readonly Tensor[],
  imageShape: ImageShape,
): Promise<TenCropPrediction[]> {
  const count = given[0]?.shape[0] ?? 0;
  if (count % CROPS !== 0) {
    throw new ModelError(
      'bad-argument',
      `Ten crops an image make a multiple of ten, not ${count}.`,
    );
  }
  const rows = await softmaxRows(network, given, imageShape);
  return Array.from({ length: count / CROPS }, (_, image) => {
    const own = rows.slice(image * CROPS, (image + 1) * CROPS);
    return { probabilities: mean(own), crops: own };
  });
}

function shapeOf({ shape: [, height, width, channels] }: Tensor4D): ImageShape {
  return [height, width, channels];
}

async function softmaxRows(
  network: Network,
  given: readonly Tensor[],
  imageShape: ImageShape,
): Promise<Float32Array[]> {
  const softmax = probabilities(network, given, imageShape);
  const [count, classes] = softmax.shape;
  const values = await softmax.data<'float32'>();
  softmax.dispose();
  return Array.from({ length: count }, (_, row) =>
    values.subarray(row * classes, (row + 1) * classes),
  );
}

function mean(rows: readonly Float32Array[]): Float32Array {
  return new Float32Array(rows[0]?.length ?? 0).map(
    (_, index) => rows.reduce((total, row) => total + (row[index] ?? 0), 0) / rows.length,
  );
}
