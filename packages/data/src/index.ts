export { type Duplicate, findDuplicates } from './compare/duplicates.js';
export {
  compareFingerprint,
  type DataDifference,
  type DataFingerprint,
  describeDifference,
  takeFingerprint,
  withoutTrained,
} from './compare/fingerprint.js';
export type { Dataset, DatasetNote, ImageRecord, OpenOptions, Split } from './dataset.js';
export {
  type DecodeOptions,
  decodeImage,
  MAX_PIXELS,
  type RgbImage,
} from './decode/decode-image.js';
export { fastDecoderName } from './decode/decode-jpeg-fast.js';
export { isImage } from './decode/image-format.js';
export { type DownloadOptions, downloadFile } from './download/download-file.js';
export type { Checksum, RemoteFile } from './download/remote-file.js';
export { DatasetError, type DatasetErrorCode, UndecodableImageError } from './errors.js';
export { readPackIndex, readPackMeanImage, verifyPack } from './pack/open-pack.js';
export { type PackOptions, type PackResult, packDataset } from './pack/pack-dataset.js';
export type {
  PackColors,
  PackIndex,
  PackRecord,
  PackShard,
  PackSplit,
} from './pack/pack-format.js';
export type { ColorSummer, ImageSummer, PackMeasures } from './pack/shard-measures.js';
export { joinSplits, selectImages } from './sources/encoded-split.js';
export { type FoundImages, findImages } from './sources/find-images.js';
export { openDataset } from './sources/open-dataset.js';
