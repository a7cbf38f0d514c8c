import { type CropBox, centreOffset } from './crop-picture.js';
import type { PictureSize } from './resize-picture.js';

/**
 * The largest centred square. The paper cuts every picture to it before taking crops (section 2:
 * "cropped out the central 256×256 patch"), so crops never come from the far ends of the longer side.
 */
export function centralSquare(picture: PictureSize): CropBox {
  const side = Math.min(picture.width, picture.height);
  return {
    top: centreOffset(picture.height, side),
    left: centreOffset(picture.width, side),
    height: side,
    width: side,
  };
}
