import type { RgbImage } from '@alexnet/files/image';
import type { Preprocessing } from '@alexnet/model';
import { type MeanImage, subtractMeanImage } from './mean-image.js';
import { centerBox, channelAffine, checkRoom, cropResized, writeCrop } from './normalize-crop.js';
import { sizeWithShorterSide } from './resize-image.js';

/**
 * Prepares one image for evaluation: resize the shorter side, center crop, channel order, value
 * range, mean, deviation.
 *
 * @param meanImage Subtracted instead of `preprocessing.mean`.
 * @returns `[crop.height, crop.width, 3]` float32.
 * @throws {RangeError} when the crop is larger than the resized image.
 */
export function prepareImage(
  image: RgbImage,
  preprocessing: Preprocessing,
  meanImage?: MeanImage,
): Float32Array {
  const { crop } = preprocessing;
  const out = new Float32Array(crop.height * crop.width * 3);
  checkRoom(preprocessing, out, 0);
  const size = sizeWithShorterSide(image, preprocessing.resize.shorterSide);
  const center = cropResized(image, size, centerBox(size, crop));
  const normalization = meanImage === undefined ? preprocessing : { ...preprocessing, mean: null };
  const affine = channelAffine(normalization);
  writeCrop(out, 0, center.image, center.box, false, affine);
  if (meanImage !== undefined) subtractMeanImage(out, 0, crop, meanImage, affine);
  return out;
}
