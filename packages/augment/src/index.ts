export { type AugmentOptions, type AugmentRecipe, augmentInto } from './augment-into.js';
export { type ColourForm, colourGain, drawColourNoise } from './colour-noise.js';
export {
  type ColourAccumulator,
  type ColourStatistics,
  type ColourSums,
  createColourAccumulator,
  measureColours,
} from './colour-statistics.js';
export { type CropBox, centreCrop, cropPicture } from './crop-picture.js';
export type { Matrix3, Vector3 } from './eigen-symmetric.js';
export { createEpochOrder } from './epoch-order.js';
export { createExampleRngs, SOURCE_2012_CHUNK } from './example-rngs.js';
export { flipPicture } from './flip-picture.js';
export {
  createMeanImageAccumulator,
  type MeanImage,
  type MeanImageAccumulator,
} from './mean-image.js';
export { cutmix, type MixableBatch, mixup } from './mix-batch.js';
export type { ChannelAffine, CropWriter } from './normalise-crop.js';
export type { AugmentOp, Sample, SampleState } from './ops/augment-op.js';
export type { Interval } from './ops/box-of-area.js';
export { type ColourJitterOptions, colourJitterOp } from './ops/colour-jitter-op.js';
export { type AugmentChain, createChain } from './ops/create-chain.js';
export { centralSquareOp, centreCropOp, randomCropOp } from './ops/crop-ops.js';
export { fancyPcaOp } from './ops/fancy-pca-op.js';
export { normaliseOp } from './ops/normalise-op.js';
export { type RandomErasingOptions, randomErasingOp } from './ops/random-erasing-op.js';
export { randomFlipOp } from './ops/random-flip-op.js';
export {
  type RandomResizedCropOptions,
  randomResizedCropOp,
} from './ops/random-resized-crop-op.js';
export { resizeOp } from './ops/resize-op.js';
export type { Picture } from './picture.js';
export { preparePicture } from './prepare-picture.js';
export { prepareTenCrop } from './prepare-ten-crop.js';
export { type PictureSize, resizePicture, resizeShorterSide } from './resize-picture.js';
export { createRng, type Rng } from './rng.js';
