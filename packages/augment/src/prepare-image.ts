import type { RgbImage } from '@alexnet/files/image';
import { meanImageOf, type Preprocessing } from '@alexnet/model';
import { subtractMeanImage } from './mean-image.js';
import { centerCropResized, channelAffine, checkCrop, writeCrop } from './normalize-crop.js';

/**
 * Prepares one image for evaluation: resize, center crop, channel order, value range, mean,
 * deviation.
 *
 * @returns `[crop.height, crop.width, 3]` float32.
 * @throws {RangeError} when the crop is larger than the resized image and is not to be padded.
 */
export function prepareImage(image: RgbImage, preprocessing: Preprocessing): Float32Array {
  const { crop } = preprocessing;
  const out = new Float32Array(crop.height * crop.width * 3);
  checkCrop(preprocessing);
  const center = centerCropResized(image, preprocessing);
  const affine = channelAffine(preprocessing);
  writeCrop(out, 0, center.image, center.box, false, affine);
  const mean = meanImageOf(preprocessing);
  if (mean) subtractMeanImage(out, 0, crop, mean, affine);
  return out;
}
