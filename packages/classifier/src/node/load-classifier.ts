import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import { selectBackend } from '@alexnet/backend/node';
import { type Model, openModel } from '@alexnet/convert';
import { decodeImage } from '@alexnet/data';
import type { RgbImage } from '@alexnet/files/image';
import { type Classifier, createClassifier, requirePreprocessing } from '../classifier.js';
import { type LoadOptions, openOptions } from '../load-options.js';
import { isPixels, type Pixels, rgbOfPixels } from '../pixels.js';
import { openWeights } from './open-weights.js';

/** An image: a path or `file:` URL, an encoded file as bytes or Blob, or pixels. */
export type ImageInput = string | URL | Uint8Array | ArrayBuffer | Blob | Pixels;

/**
 * Weights: the name of published weights or of the showcase, a path of a file or of a run folder,
 * `https://…`, or a file of any format that `@alexnet/convert` reads, as bytes or Blob.
 */
export type WeightsInput = string | URL | Uint8Array | ArrayBuffer | Blob;

/**
 * A network that answers: reads weights of any format, builds the network and sets them. Published
 * weights are fetched once, into the cache.
 *
 * @throws Error in one line: nothing there, not fetched, not readable exactly, or silent about how
 * images are prepared
 */
export async function loadClassifier(
  weights: WeightsInput,
  options: LoadOptions = {},
): Promise<Classifier<ImageInput>> {
  const model = await readWeights(weights, options);
  // Said before a backend is opened.
  requirePreprocessing(model);
  const tf = options.tf ?? (await selectBackend(backendOptions(options))).tf;
  return createClassifier(tf, model, decode);
}

const backendOptions = ({ backend }: LoadOptions) => (backend ? { require: backend } : {});

async function readWeights(weights: WeightsInput, options: LoadOptions): Promise<Model> {
  const opening = openOptions(options);
  if (!(typeof weights === 'string' || weights instanceof URL)) {
    const input = weights instanceof ArrayBuffer ? new Uint8Array(weights) : weights;
    return (await openModel(input, opening)).model;
  }
  const { signal, onProgress } = options;
  const { model } = await openWeights(String(weights), {
    ...opening,
    ...(signal && { signal }),
    ...(onProgress && { onProgress }),
  });
  return model;
}

/** RGB pixels of an image, EXIF orientation applied, alpha over white, color profiles passed over. */
async function decode(image: ImageInput): Promise<RgbImage> {
  if (typeof image === 'string' || image instanceof URL) {
    if (/^(https?|data|blob):/i.test(String(image))) {
      throw new TypeError('in Node an image is a path or its bytes: fetch an address first');
    }
    const path = image instanceof URL ? fileURLToPath(image) : image;
    return decodeImage(await readFile(path), { id: basename(path) });
  }
  if (image instanceof Uint8Array) return decodeImage(image);
  if (image instanceof ArrayBuffer) return decodeImage(new Uint8Array(image));
  if (image instanceof Blob) return decodeImage(new Uint8Array(await image.arrayBuffer()));
  if (isPixels(image)) return rgbOfPixels(image);
  throw new TypeError('an image is a path, a file as bytes or Blob, or { width, height, data }');
}
