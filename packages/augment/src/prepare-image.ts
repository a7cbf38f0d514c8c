import type { RgbImage } from '@alexnet/files/image';
import { meanImageOf, type Preprocessing } from '@alexnet/model';
import { checkCrop } from './check-preprocessing.js';
import { subtractMeanImage } from './mean-image.js';
import {
  centerCropResized,
  channelAffine,
  type NormalizedCrop,
  writeCrop,
} from './normalize-crop.js';

/**
 * Prepares one image for evaluation: resize, center crop, channel order, value range, mean,
 * deviation.
 *
 * @returns `[crop.height, crop.width, 3]` float32.
 * @throws {RangeError} when the preprocessing cannot be, the crop is larger than the resized image and is not to
 * be padded, or the image is not one of bytes.
 */
export function prepareImage(image: RgbImage, preprocessing: Preprocessing): Float32Array {
  return normalizedCrops([normalizedCenter(image, preprocessing)], preprocessing);
}

/** What {@link prepareImage} normalizes. */
export function normalizedCenter(image: RgbImage, preprocessing: Preprocessing): NormalizedCrop {
  checkCrop(preprocessing);
  const affine = channelAffine(preprocessing);
  return { ...centerCropResized(image, preprocessing), flip: false, affine };
}

/** Crops as floats, one after the other. */
export function normalizedCrops(
  crops: readonly NormalizedCrop[],
  preprocessing: Preprocessing,
): Float32Array {
  const { height, width } = preprocessing.crop;
  const out = new Float32Array(crops.length * height * width * 3);
  writeCrops(out, 0, crops, preprocessing);
  return out;
}

/** Writes the floats of crops at `offset`, one crop after the other. */
export function writeCrops(
  out: Float32Array,
  offset: number,
  crops: readonly NormalizedCrop[],
  preprocessing: Preprocessing,
): void {
  const { height, width } = preprocessing.crop;
  const mean = meanImageOf(preprocessing);
  crops.forEach(({ image, box, flip, affine }, i) => {
    const at = offset + i * height * width * 3;
    writeCrop(out, at, image, box, flip, affine);
    if (mean) subtractMeanImage(out, at, preprocessing.crop, mean, affine);
  });
}
