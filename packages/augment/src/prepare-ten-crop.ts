import { centralSquare, type RgbImage } from '@alexnet/files/image';
import { meanImageOf, type Preprocessing } from '@alexnet/model';
import { subtractMeanImage } from './mean-image.js';
import { centerBox, channelAffine, checkCrop, writeCrop } from './normalize-crop.js';
import { padImage } from './pad-image.js';
import { resizeAs } from './resize-image.js';

/**
 * Prepares the ten views of one image the paper averages over (section 4.1): four corners and the
 * center of the central square, and their mirrors.
 *
 * @returns `[10, crop.height, crop.width, 3]` float32 in the order top left, top right, center,
 * bottom left, bottom right, then the mirrors of these five. The third equals `prepareImage`.
 * @throws {RangeError} when the crop is larger than the resized image.
 */
export function prepareTenCrop(image: RgbImage, preprocessing: Preprocessing): Float32Array {
  const { resize, crop } = preprocessing;
  const { height, width, padding = 0 } = crop;
  const size = height * width * 3;
  const out = new Float32Array(10 * size);
  checkCrop(preprocessing);
  const resized = padImage(resizeAs(image, resize), crop, padding);
  const square = centralSquare(resized);
  const bottom = square.top + square.height - height;
  const right = square.left + square.width - width;
  const boxes = [
    { top: square.top, left: square.left, height, width },
    { top: square.top, left: right, height, width },
    centerBox(resized, crop),
    { top: bottom, left: square.left, height, width },
    { top: bottom, left: right, height, width },
  ];
  const affine = channelAffine(preprocessing);
  const mean = meanImageOf(preprocessing);
  for (const [i, box] of boxes.entries()) {
    writeCrop(out, i * size, resized, box, false, affine);
    writeCrop(out, (i + 5) * size, resized, box, true, affine);
    if (!mean) continue;
    subtractMeanImage(out, i * size, crop, mean, affine);
    subtractMeanImage(out, (i + 5) * size, crop, mean, affine);
  }
  return out;
}
