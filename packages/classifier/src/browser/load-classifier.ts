import { selectBackend } from '@alexnet/backend';
import { type Model, openModel } from '@alexnet/convert';
import type { RgbImage } from '@alexnet/files/image';
import { SHOWCASE } from '@alexnet/showcase';
import { type Classifier, createClassifier, requirePreprocessing } from '../classifier.js';
import { type LoadOptions, openOptions } from '../load-options.js';
import { isPixels, type Pixels, rgbOfPixels } from '../pixels.js';
import { findPublished } from '../published/catalog.js';
import { completePublished } from '../published/complete-published.js';
import { decodeImage, rgbOf } from './decode-image.js';
import { isPageImage, type PageImage, pixelsOfElement } from './element-pixels.js';
import { fetchBlob } from './fetch-blob.js';
import { type FetchPublishedOptions, fetchPublished } from './fetch-published.js';

/** An image: its address, an encoded file as bytes or Blob, an element of the page, a bitmap, or pixels. */
export type ImageInput =
  | string
  | URL
  | Uint8Array
  | ArrayBuffer
  | Blob
  | PageImage
  | ImageBitmap
  | Pixels;

/**
 * Weights: the name of published weights or of the showcase, an address, or a file of any format that
 * `@alexnet/convert` reads, as bytes or Blob.
 */
export type WeightsInput = string | URL | Uint8Array | ArrayBuffer | Blob;

/** How a classifier is loaded in a page. */
export interface BrowserLoadOptions
  extends LoadOptions,
    Pick<FetchPublishedOptions, 'folder' | 'dtype'> {}

/**
 * A network that answers: reads weights of any format, builds the network and sets them. Published
 * weights are kept in the browser's cache.
 *
 * @throws Error in one line: not fetched, not readable exactly, or silent about how images are prepared
 */
export async function loadClassifier(
  weights: WeightsInput,
  options: BrowserLoadOptions = {},
): Promise<Classifier<ImageInput>> {
  const model = await readWeights(weights, options);
  // Said before a backend is opened.
  requirePreprocessing(model);
  const { backend } = options;
  const tf = options.tf ?? (await selectBackend(backend ? { require: backend } : {})).tf;
  return createClassifier(tf, model, decode);
}

async function readWeights(weights: WeightsInput, options: BrowserLoadOptions): Promise<Model> {
  const opening = openOptions(options);
  if (!(typeof weights === 'string' || weights instanceof URL)) {
    const input = weights instanceof ArrayBuffer ? new Uint8Array(weights) : weights;
    return (await openModel(input, opening)).model;
  }
  const published = findPublished(String(weights));
  if (published) {
    const files = await fetchPublished(published, options);
    const mean = files.mean && new Uint8Array(await files.mean.arrayBuffer());
    const { model } = await openModel(files.weights, {
      preset: published.preset,
      ...opening,
      ...(mean && { mean }),
    });
    return completePublished(model, published);
  }
  const shown = new Map<string, URL>(Object.entries(SHOWCASE)).get(String(weights));
  return (await openModel(await fetchBlob(shown ?? weights, options), opening)).model;
}

/** RGB pixels of an image, EXIF orientation applied, alpha over white, color profiles passed over. */
async function decode(image: ImageInput): Promise<RgbImage> {
  if (typeof image === 'string' || image instanceof URL) {
    return decodeImage(await fetchBlob(image));
  }
  if (image instanceof Blob) return decodeImage(image);
  if (image instanceof ArrayBuffer) return decodeImage(new Blob([image]));
  if (image instanceof Uint8Array) return decodeImage(new Blob([Uint8Array.from(image)]));
  if (image instanceof ImageBitmap) return rgbOf(image, image.width, image.height);
  if (isPageImage(image)) return pixelsOfElement(image);
  if (isPixels(image)) return rgbOfPixels(image);
  throw new TypeError(
    'an image is an address, a file as bytes or Blob, an img, canvas or video element, an ImageBitmap, or { width, height, data }',
  );
}
