import type { Preprocessing } from '@alexnet/model';
import { type MeanImage, subtractMeanImage } from './mean-image.js';
import { centreBox, channelAffine, checkRoom, cropResized, writeCrop } from './normalise-crop.js';
import type { Picture } from './picture.js';
import { sizeWithShorterSide } from './resize-picture.js';

/**
 * Prepares one picture for evaluation: resize the shorter side, centre crop, channel order, value
 * range, mean, deviation.
 *
 * @param meanImage Subtracted instead of `preprocessing.mean`.
 * @returns `[crop.height, crop.width, 3]` float32.
 * @throws {RangeError} when the crop is larger than the resized picture.
 */
export function preparePicture(
  picture: Picture,
  preprocessing: Preprocessing,
  meanImage?: MeanImage,
): Float32Array {
  const { crop } = preprocessing;
  const out = new Float32Array(crop.height * crop.width * 3);
  checkRoom(preprocessing, out, 0);
  const size = sizeWithShorterSide(picture, preprocessing.resize.shorterSide);
  const centre = cropResized(picture, size, centreBox(size, crop));
  const normalisation = meanImage === undefined ? preprocessing : { ...preprocessing, mean: null };
  const affine = channelAffine(normalisation);
  writeCrop(out, 0, centre.picture, centre.box, false, affine);
  if (meanImage !== undefined) subtractMeanImage(out, 0, crop, meanImage, affine);
  return out;
}
