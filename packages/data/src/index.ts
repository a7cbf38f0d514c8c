export { cacheDirectory } from './cache-dir.js';
export type { Dataset, ImageRecord, OpenOptions, Split } from './dataset.js';
export { type DecodeOptions, decodePicture, MAX_PIXELS } from './decode-picture.js';
export { DatasetError, UndecodablePictureError } from './errors.js';
export { openDataset } from './open-dataset.js';
export type { Picture } from './picture.js';
