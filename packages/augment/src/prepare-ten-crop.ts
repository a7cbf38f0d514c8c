import { centralSquare, type RgbImage } from '@alexnet/files/image';
import type { Preprocessing } from '@alexnet/model';
import { checkCrop } from './check-preprocessing.js';
import { centerBox, channelAffine, type NormalizedCrop } from './normalize-crop.js';
import { padImage } from './pad-image.js';
import { normalizedCrops } from './prepare-image.js';
import { resizeAs } from './resize-image.js';

/**
 * Prepares the ten views of one image the paper averages over (section 4.1): four corners and the
 * center of the central square, and their mirrors.
 *
 * @returns `[10, crop.height, crop.width, 3]` float32 in the order top left, top right, center,
 * bottom left, bottom right, then the mirrors of these five. The third equals `prepareImage`.
 * @throws {RangeError} as `prepareImage`.
 */
export function prepareTenCrop(image: RgbImage, preprocessing: Preprocessing): Float32Array {
  return normalizedCrops(normalizedTen(image, preprocessing), preprocessing);
}

/** What {@link prepareTenCrop} normalizes. */
export function normalizedTen(
  image: RgbImage,
  preprocessing: Preprocessing,
): readonly NormalizedCrop[] {
  const { resize, crop } = preprocessing;
  const { height, width, padding = 0 } = crop;
  checkCrop(preprocessing);
  const resized = padImage(resizeAs(image, resize), crop, padding);
  const square = centralSquare(resized);
  const bottom = square.top + square.height - height;
  const right = square.left + square.width - width;
  const affine = channelAffine(preprocessing);
  const corners = [
    { top: square.top, left: square.left, height, width },
    { top: square.top, left: right, height, width },
    centerBox(resized, crop),
    { top: bottom, left: square.left, height, width },
    { top: bottom, left: right, height, width },
  ];
  return [false, true].flatMap((flip) =>
    corners.map((box) => ({ image: resized, box, flip, affine })),
  );
}
