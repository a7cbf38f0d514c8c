import { checkImage, type RgbImage } from './image.js';

/** Where a crop lies inside an image, px. */
export interface CropBox {
  readonly top: number;
  readonly left: number;
  readonly height: number;
  readonly width: number;
}

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

/**
 * First pixel of a centerd crop. An odd rest is halved to the even neighbor, as torchvision does
 * (`center_crop`: Python's `round`); for 227 of 256 that is 14, which is also Caffe's.
 */
export function centerOffset(size: number, crop: number): number {
  const lower = Math.floor((size - crop) / 2);
  return (size - crop) % 2 === 0 || lower % 2 === 0 ? lower : lower + 1;
}
