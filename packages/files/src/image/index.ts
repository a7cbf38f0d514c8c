import { kindOf } from '../byte-kinds.js';

/**
 * One decoded image: `[height, width, 3]`, row-major, channels interleaved R, G, B, 8 bits each
 * (0..255).
 */
export interface RgbImage<
  Data extends Uint8Array | Uint8ClampedArray = Uint8Array | Uint8ClampedArray,
> {
  /** Pixels. */
  readonly width: number;
  /** Pixels. */
  readonly height: number;
  /** `[height, width, 3]`, values 0..255. */
  readonly data: Data;
}

/**
 * Refuses pixels that are not bytes: floats from 0 to 1 would all be black.
 *
 * @throws {RangeError} saying what they are
 */
export function checkBytePixels(data: unknown): void {
  const kind = kindOf(data);
  if (kind === 'Uint8Array' || kind === 'Uint8ClampedArray') return;
  throw new RangeError(
    `pixels are a Uint8Array or Uint8ClampedArray, 0 to 255, not those of ${kind}`,
  );
}

/** Where a crop lies inside an image, px. */
export interface CropBox {
  readonly top: number;
  readonly left: number;
  readonly height: number;
  readonly width: number;
}

/**
 * The largest centered square. The paper cuts every image to it before taking crops (section 2:
 * "cropped out the central 256×256 patch"), so crops never come from the far ends of the longer side.
 */
export function centralSquare(image: { readonly width: number; readonly height: number }): CropBox {
  const side = Math.min(image.width, image.height);
  return {
    top: centerOffset(image.height, side),
    left: centerOffset(image.width, side),
    height: side,
    width: side,
  };
}

/** The largest square in the middle of an image; the image itself where it is one. */
export function cutCentralSquare<Data extends Uint8Array | Uint8ClampedArray>(
  image: RgbImage<Data>,
): RgbImage<Data | Uint8Array> {
  const { left, top, width, height } = centralSquare(image);
  if (image.width === width && image.height === height) return image;
  const data = new Uint8Array(width * height * 3);
  for (let y = 0; y < height; y++) {
    const start = ((top + y) * image.width + left) * 3;
    data.set(image.data.subarray(start, start + width * 3), y * width * 3);
  }
  return { width, height, data };
}

/**
 * First pixel of a centered crop. An odd rest is halved to the even neighbor, as torchvision does
 * (`center_crop`: Python's `round`); for 227 of 256 that is 14, which is also Caffe's.
 */
export function centerOffset(size: number, crop: number): number {
  const lower = Math.floor((size - crop) / 2);
  return (size - crop) % 2 === 0 || lower % 2 === 0 ? lower : lower + 1;
}
