import { type CropBox, centerOffset } from './crop-image.js';
import type { ImageSize } from './resize-image.js';

/**
 * The largest centerd square. The paper cuts every image to it before taking crops (section 2:
 * "cropped out the central 256×256 patch"), so crops never come from the far ends of the longer side.
 */
export function centralSquare(image: ImageSize): CropBox {
  const side = Math.min(image.width, image.height);
  return {
    top: centerOffset(image.height, side),
    left: centerOffset(image.width, side),
    height: side,
    width: side,
  };
}
