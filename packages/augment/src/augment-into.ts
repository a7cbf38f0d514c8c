import { centralSquare, type RgbImage } from '@alexnet/files/image';
import { meanImageOf, type Preprocessing } from '@alexnet/model';
import { type ColorForm, colorGain, drawColorNoise } from './color-noise.js';
import type { ColorStatistics } from './color-statistics.js';
import type { Vector3 } from './eigen-symmetric.js';
import { subtractMeanImage } from './mean-image.js';
import {
  type CropWriter,
  centerBox,
  channelAffine,
  checkRoom,
  cropResized,
  writeCrop,
} from './normalize-crop.js';
import { resizedSize } from './resize-image.js';
import type { Rng } from './rng.js';

/** What is done to a training image. */
export interface AugmentRecipe {
  /** Crop at a uniformly random position of the central square; otherwise the center. */
  readonly crop: boolean;
  /** Mirror half of the images left to right. */
  readonly flip: boolean;
  /** Standard deviation of α in fancy PCA: 0.1 in the paper (section 4.1), 0 switches it off. */
  readonly colorPca: number;
  /** Which form of fancy PCA; default `paper`. */
  readonly colorForm?: ColorForm;
}

/** What {@link augmentInto} needs beside the image. */
export interface AugmentOptions {
  /** Size of the crop in px, channel order, value range, mean and deviation of what comes out. */
  readonly preprocessing: Preprocessing;
  /** Which of the random steps are done. */
  readonly recipe: AugmentRecipe;
  /** Colors of the training set; needed when `recipe.colorPca` is above 0. */
  readonly colors: ColorStatistics | null;
  /** Its key decides the result: `createRng(seed, epoch, index)`. */
  readonly rng: Rng;
  /** Draws crop and flip where neighbors share them (`createExampleRngs`); default `rng`. */
  readonly placementRng?: Rng;
  /** Writes the crop: the loader has a faster one that gives the same bits. */
  readonly write?: CropWriter;
}

/**
 * Makes one training example of one image: resize, random crop, flip, fancy PCA,
 * mean and deviation. An image that already has the right shorter side costs no resize.
 *
 * Crop, flip and noise use the same draws of `rng` whichever of them are switched on, so leaving one
 * out changes nothing else.
 *
 * @param out Receives `[crop.height, crop.width, 3]` float32 at `outOffset`.
 * @param image 8-bit RGB.
 * @throws {RangeError} when the crop is larger than the resized image, `out` has no room, or fancy
 * PCA lacks the colors.
 */
export function augmentInto(
  out: Float32Array,
  outOffset: number,
  image: RgbImage,
  options: AugmentOptions,
): void {
  const { preprocessing, recipe, colors, rng, placementRng = rng } = options;
  const { write = writeCrop } = options;
  const { height, width } = preprocessing.crop;
  checkRoom(preprocessing, out, outOffset);
  const resized = resizedSize(image, preprocessing.resize);
  const square = centralSquare(resized);
  const top = square.top + placementRng.below(square.height - height + 1);
  const left = square.left + placementRng.below(square.width - width + 1);
  const flip = placementRng.below(2) === 1 && recipe.flip;
  const box = recipe.crop ? { top, left, height, width } : centerBox(resized, preprocessing.crop);

  const sd = recipe.colorPca;
  const form = recipe.colorForm ?? 'paper';
  if (sd > 0 && colors === null) {
    throw new RangeError('fancy PCA needs the colors of the training set');
  }
  const noise: Vector3 = colors && sd > 0 ? drawColorNoise(colors, form, sd, rng) : [0, 0, 0];
  const affine = channelAffine(preprocessing, noise, colorGain(form, sd));
  const crop = cropResized(image, resized, box, preprocessing.resize);
  write(out, outOffset, crop.image, crop.box, flip, affine);
  const mean = meanImageOf(preprocessing);
  if (mean) subtractMeanImage(out, outOffset, preprocessing.crop, mean, affine);
}
