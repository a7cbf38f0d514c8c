import type { RgbImage } from '@alexnet/files/image';
import { centralSquare } from '@alexnet/files/image';
import type { Preprocessing } from '@alexnet/model';
import { type MeanImage, subtractMeanImage } from './mean-image.js';
import { centerBox, channelAffine, checkRoom, writeCrop } from './normalize-crop.js';
import { resizeShorterSide } from './resize-image.js';

/**
 * Prepares the ten views of one image the paper averages over (section 4.1): four corners and the
 * center of the central square, and their mirrors.
 *
 * @param meanImage Subtracted instead of `preprocessing.mean`, from every view the same.
 * @returns `[10, crop.height, crop.width, 3]` float32 in the order top left, top right, center,
 * bottom left, bottom right, then the mirrors of these five. The third equals `prepareImage`.
 * @throws {RangeError} when the crop is larger than the resized image.
 */
export function prepareTenCrop(
  image: RgbImage,
  preprocessing: Preprocessing,
  meanImage?: MeanImage,
): Float32Array {
  const { height, width } = preprocessing.crop;
  const size = height * width * 3;
  const out = new Float32Array(10 * size);
  checkRoom(preprocessing, out, 0);
  const resized = resizeShorterSide(image, preprocessing.resize.shorterSide);
  const square = centralSquare(resized);
  const bottom = square.top + square.height - height;
  const right = square.left + square.width - width;
  const boxes = [
    { top: square.top, left: square.left, height, width },
    { top: square.top, left: right, height, width },
    centerBox(resized, preprocessing.crop),
    { top: bottom, left: square.left, height, width },
    { top: bottom, left: right, height, width },
  ];
  const normalization = meanImage === undefined ? preprocessing : { ...preprocessing, mean: null };
  const affine = channelAffine(normalization);
  for (const [i, box] of boxes.entries()) {
    writeCrop(out, i * size, resized, box, false, affine);
    writeCrop(out, (i + 5) * size, resized, box, true, affine);
    if (meanImage === undefined) continue;
    subtractMeanImage(out, i * size, preprocessing.crop, meanImage, affine);
    subtractMeanImage(out, (i + 5) * size, preprocessing.crop, meanImage, affine);
  }
  return out;
}
