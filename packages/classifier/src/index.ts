export { decodeImage, rgbOf } from './browser/decode-image.js';
export type { PageImage } from './browser/element-pixels.js';
export { type FetchBlobOptions, fetchBlob } from './browser/fetch-blob.js';
export {
  type FetchPublishedOptions,
  fetchPublished,
  forgetPublished,
  type PublishedFiles,
} from './browser/fetch-published.js';
export {
  type BrowserLoadOptions,
  type ImageInput,
  loadClassifier,
  type WeightsInput,
} from './browser/load-classifier.js';
export * from './shared.js';
