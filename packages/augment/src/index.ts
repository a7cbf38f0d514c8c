export type { CropBox, RgbImage } from '@alexnet/files/image';
export { type AugmentOptions, type AugmentRecipe, augmentInto } from './augment-into.js';
export { type ColorForm, colorGain, drawColorNoise } from './color-noise.js';
export {
  type ColorAccumulator,
  type ColorStatistics,
  type ColorSums,
  createColorAccumulator,
  measureColors,
} from './color-statistics.js';
export { centerCrop, cropImage } from './crop-image.js';
export type { Matrix3, Vector3 } from './eigen-symmetric.js';
export { createEpochOrder } from './epoch-order.js';
export { createExampleRngs, SOURCE_2012_CHUNK } from './example-rngs.js';
export { flipImage } from './flip-image.js';
export type { ImageSize } from './image-size.js';
export { createMeanImageAccumulator, type MeanImageAccumulator } from './mean-image.js';
export { cutmix, type MixableBatch, mixup } from './mix-batch.js';
export type { ChannelAffine, CropWriter } from './normalize-crop.js';
export type { AugmentOp, Sample, SampleState } from './ops/augment-op.js';
export type { Interval } from './ops/box-of-area.js';
export { type ColorJitterOptions, colorJitterOp } from './ops/color-jitter-op.js';
export { type AugmentChain, createChain } from './ops/create-chain.js';
export { centerCropOp, centralSquareOp, randomCropOp } from './ops/crop-ops.js';
export { fancyPcaOp } from './ops/fancy-pca-op.js';
export { normalizeOp } from './ops/normalize-op.js';
export { type RandomErasingOptions, randomErasingOp } from './ops/random-erasing-op.js';
export { randomFlipOp } from './ops/random-flip-op.js';
export {
  type RandomResizedCropOptions,
  randomResizedCropOp,
} from './ops/random-resized-crop-op.js';
export { resizeOp } from './ops/resize-op.js';
export { prepareImage } from './prepare-image.js';
export { prepareTenCrop } from './prepare-ten-crop.js';
export {
  type ResizeMethod,
  resizedSize,
  resizeImage,
  resizeShorterSide,
} from './resize-image.js';
export { createRng, type Rng } from './rng.js';
