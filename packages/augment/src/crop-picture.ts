import { checkPicture, type Picture } from './picture.js';

/** Where a crop lies inside a picture, px. */
export interface CropBox {
  readonly top: number;
  readonly left: number;
  readonly height: number;
  readonly width: number;
}

/**
 * Cuts a box out of a picture (a copy).
 *
 * @throws {RangeError} when the box is not whole pixels inside the picture.
 */
export function cropPicture(picture: Picture, box: CropBox): Picture {
  checkPicture(picture);
  const { top, left, height, width } = box;
  const whole = [top, left, height, width].every(Number.isInteger);
  const inside = top >= 0 && left >= 0 && height > 0 && width > 0;
  if (!whole || !inside || top + height > picture.height || left + width > picture.width) {
    throw new RangeError(
      `crop ${width} × ${height} at left ${left}, top ${top} does not lie inside ${picture.width} × ${picture.height} px`,
    );
  }
  const data = new Uint8Array(width * height * 3);
  for (let y = 0; y < height; y++) {
    const start = ((top + y) * picture.width + left) * 3;
    data.set(picture.data.subarray(start, start + width * 3), y * width * 3);
  }
  return { width, height, data };
}

/** Cuts the middle out of a picture; see `centreOffset` for which middle. */
export function centreCrop(
  picture: Picture,
  size: { readonly height: number; readonly width: number },
): Picture {
  const top = centreOffset(picture.height, size.height);
  const left = centreOffset(picture.width, size.width);
  return cropPicture(picture, { top, left, ...size });
}

/**
 * First pixel of a centred crop. An odd rest is halved to the even neighbour, as torchvision does
 * (`center_crop`: Python's `round`); for 227 of 256 that is 14, which is also Caffe's.
 */
export function centreOffset(size: number, crop: number): number {
  const lower = Math.floor((size - crop) / 2);
  return (size - crop) % 2 === 0 || lower % 2 === 0 ? lower : lower + 1;
}
