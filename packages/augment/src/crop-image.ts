import type { RgbImage } from '@alexnet/files/image';
import { type CropBox, centerOffset } from '@alexnet/files/image';
import { checkImage } from './image.js';

/**
 * Cuts a box out of an image (a copy).
 *
 * @throws {RangeError} when the box is not whole pixels inside the image.
 */
export function cropImage(image: RgbImage, box: CropBox): RgbImage {
  checkImage(image);
  const { top, left, height, width } = box;
  const whole = [top, left, height, width].every(Number.isInteger);
  const inside = top >= 0 && left >= 0 && height > 0 && width > 0;
  if (!whole || !inside || top + height > image.height || left + width > image.width) {
    throw new RangeError(
      `crop ${width} × ${height} at left ${left}, top ${top} does not lie inside ${image.width} × ${image.height} px`,
    );
  }
  const data = new Uint8Array(width * height * 3);
  for (let y = 0; y < height; y++) {
    const start = ((top + y) * image.width + left) * 3;
    data.set(image.data.subarray(start, start + width * 3), y * width * 3);
  }
  return { width, height, data };
}

/** Cuts the middle out of an image; see `centerOffset` for which middle. */
export function centerCrop(
  image: RgbImage,
  size: { readonly height: number; readonly width: number },
): RgbImage {
  const top = centerOffset(image.height, size.height);
  const left = centerOffset(image.width, size.width);
  return cropImage(image, { top, left, ...size });
}
