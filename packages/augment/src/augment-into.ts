import type { Preprocessing } from '@alexnet/model';
import { centralSquare } from './central-square.js';
import { type ColourForm, colourGain, drawColourNoise } from './colour-noise.js';
import type { ColourStatistics } from './colour-statistics.js';
import type { Vector3 } from './eigen-symmetric.js';
import { type MeanImage, subtractMeanImage } from './mean-image.js';
import {
  type CropWriter,
  centreBox,
  channelAffine,
  checkRoom,
  cropResized,
  writeCrop,
} from './normalise-crop.js';
import type { Picture } from './picture.js';
import { sizeWithShorterSide } from './resize-picture.js';
import type { Rng } from './rng.js';

/** What is done to a training picture. */
export interface AugmentRecipe {
  /** Crop at a uniformly random position of the central square; otherwise the centre. */
  readonly crop: boolean;
  /** Mirror half of the pictures left to right. */
  readonly flip: boolean;
  /** Standard deviation of α in fancy PCA: 0.1 in the paper (section 4.1), 0 switches it off. */
  readonly colourPca: number;
  /** Which form of fancy PCA; default `paper`. */
  readonly colourForm?: ColourForm;
}

/** What {@link augmentInto} needs beside the picture. */
export interface AugmentOptions {
  /** Size of the crop in px, channel order, value range, mean and deviation of what comes out. */
  readonly preprocessing: Preprocessing;
  /** Which of the random steps are done. */
  readonly recipe: AugmentRecipe;
  /** Colours of the training set; needed when `recipe.colourPca` is above 0. */
  readonly colours: ColourStatistics | null;
  /** Its key decides the result: `createRng(seed, epoch, index)`. */
  readonly rng: Rng;
  /** Draws crop and flip where neighbours share them (`createExampleRngs`); default `rng`. */
  readonly placementRng?: Rng;
  /** Subtracted instead of `preprocessing.mean`: its centre crop, wherever the picture's crop lies. */
  readonly meanImage?: MeanImage;
  /** Writes the crop: the loader has a faster one that gives the same bits. */
  readonly write?: CropWriter;
}

/**
 * Makes one training example of one picture: resize the shorter side, random crop, flip, fancy PCA,
 * mean and deviation. A picture that already has the right shorter side costs no resize.
 *
 * Crop, flip and noise use the same draws of `rng` whichever of them are switched on, so leaving one
 * out changes nothing else.
 *
 * @param out Receives `[crop.height, crop.width, 3]` float32 at `outOffset`.
 * @param picture 8-bit RGB.
 * @throws {RangeError} when the crop is larger than the resized picture, `out` has no room, or fancy
 * PCA lacks the colours.
 */
export function augmentInto(
  out: Float32Array,
  outOffset: number,
  picture: Picture,
  options: AugmentOptions,
): void {
  const { preprocessing, recipe, colours, rng, placementRng = rng, meanImage } = options;
  const { write = writeCrop } = options;
  const { height, width } = preprocessing.crop;
  checkRoom(preprocessing, out, outOffset);
  const resized = sizeWithShorterSide(picture, preprocessing.resize.shorterSide);
  const square = centralSquare(resized);
  const top = square.top + placementRng.below(square.height - height + 1);
  const left = square.left + placementRng.below(square.width - width + 1);
  const flip = placementRng.below(2) === 1 && recipe.flip;
  const box = recipe.crop ? { top, left, height, width } : centreBox(resized, preprocessing.crop);

  const sd = recipe.colourPca;
  const form = recipe.colourForm ?? 'paper';
  if (sd > 0 && colours === null) {
    throw new RangeError('fancy PCA needs the colours of the training set');
  }
  const noise: Vector3 = colours && sd > 0 ? drawColourNoise(colours, form, sd, rng) : [0, 0, 0];
  const normalisation = meanImage === undefined ? preprocessing : { ...preprocessing, mean: null };
  const affine = channelAffine(normalisation, noise, colourGain(form, sd));
  const crop = cropResized(picture, resized, box);
  write(out, outOffset, crop.picture, crop.box, flip, affine);
  if (meanImage !== undefined) {
    subtractMeanImage(out, outOffset, preprocessing.crop, meanImage, affine);
  }
}
