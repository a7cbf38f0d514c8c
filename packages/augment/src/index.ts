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
export { flipPicture } from './flip-picture.js';
export type { Picture } from './picture.js';
export { preparePicture } from './prepare-picture.js';
export { prepareTenCrop } from './prepare-ten-crop.js';
export { resizePicture, resizeShorterSide } from './resize-picture.js';
export { createRng, type Rng } from './rng.js';
