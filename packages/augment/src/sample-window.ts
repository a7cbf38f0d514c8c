import type { CropBox, RgbImage } from '@alexnet/files/image';
import type { ImageSize } from './image-size.js';

/** Fraction bits of the weights, as in OpenCV (`resize.cpp`, `INTER_RESIZE_COEF_BITS`). */
const ONE = 1 << 11;

/**
 * One box of the image resized as OpenCV's `resize` does with `INTER_LINEAR`, in its fixed-point
 * arithmetic for 8 bits: between the four nearest pixels, whether the image shrinks or grows. Halving
 * both sides exactly averages 2×2 pixels, which OpenCV does as `INTER_AREA`.
 *
 * @param size Size of the whole image after resizing.
 * @param box Lies inside `size`.
 * @param out Receives the pixels.
 */
export function sampleWindow(
  image: RgbImage,
  size: ImageSize,
  box: CropBox,
  out: Uint8ClampedArray,
): RgbImage {
  const { width, height } = box;
  const columns = neighbors(image.width, size.width, box.left, width);
  const rows = neighbors(image.height, size.height, box.top, height);
  const halves = image.width === 2 * size.width && image.height === 2 * size.height;
  const above = new Int32Array(width * 3);
  const below = new Int32Array(width * 3);
  for (let y = 0, to = 0; y < height; y++) {
    blendRow(image, rows.first[y] as number, columns, above);
    blendRow(image, rows.second[y] as number, columns, below);
    const weight = rows.weight[y] as number;
    for (let i = 0; i < above.length; i++, to++) {
      const a = above[i] as number;
      const b = below[i] as number;
      if (halves) out[to] = (a + b + ONE) >> 12;
      else {
        const upper = Math.imul(ONE - weight, a >> 4) >> 16;
        out[to] = (upper + (Math.imul(weight, b >> 4) >> 16) + 2) >> 2;
      }
    }
  }
  return { width, height, data: out };
}

/** The two pixels each output pixel lies between, and the share of the second, of {@link ONE}. */
interface Neighbors {
  readonly first: Int32Array;
  readonly second: Int32Array;
  readonly weight: Int32Array;
}

function neighbors(from: number, to: number, start: number, length: number): Neighbors {
  const first = new Int32Array(length);
  const second = new Int32Array(length);
  const weight = new Int32Array(length);
  const scale = from / to;
  for (let i = 0; i < length; i++) {
    const at = Math.fround((start + i + 0.5) * scale - 0.5);
    const whole = Math.floor(at);
    first[i] = Math.max(0, Math.min(from - 1, whole));
    second[i] = Math.max(0, Math.min(from - 1, whole + 1));
    weight[i] = roundToEven(Math.fround(at - whole) * ONE);
  }
  return { first, second, weight };
}

function roundToEven(value: number): number {
  const rounded = Math.round(value);
  return rounded - value === 0.5 && rounded % 2 !== 0 ? rounded - 1 : rounded;
}

/** One row of the image at the output's columns, each channel times {@link ONE}. */
function blendRow(
  { data, width }: RgbImage,
  row: number,
  { first, second, weight }: Neighbors,
  out: Int32Array,
): void {
  for (let x = 0, to = 0; x < first.length; x++) {
    const a = (row * width + (first[x] as number)) * 3;
    const b = (row * width + (second[x] as number)) * 3;
    const share = weight[x] as number;
    for (let c = 0; c < 3; c++, to++) {
      out[to] =
        Math.imul(data[a + c] as number, ONE - share) + Math.imul(data[b + c] as number, share);
    }
  }
}
