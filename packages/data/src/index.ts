export { cacheDirectory } from './cache-dir.js';
export type { Dataset, ImageRecord, OpenOptions, Split } from './dataset.js';
export { fastDecoderName } from './decode-jpeg-fast.js';
export { type DecodeOptions, decodePicture, MAX_PIXELS } from './decode-picture.js';
export { DatasetError, UndecodablePictureError } from './errors.js';
export { openDataset } from './open-dataset.js';
export { readPackIndex, readPackMeanImage, verifyPack } from './pack/open-pack.js';
export { type PackOptions, type PackResult, packDataset } from './pack/pack-dataset.js';
export type {
  PackColours,
  PackIndex,
  PackRecord,
  PackShard,
  PackSplit,
} from './pack/pack-format.js';
export type { ColourSummer, PackMeasures, PictureSummer } from './pack/shard-measures.js';
export type { Picture } from './picture.js';
