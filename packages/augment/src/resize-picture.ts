import { checkPicture, type Picture } from './picture.js';

/** Fraction bits of the filter weights, as in Pillow (`Resample.c`, `PRECISION_BITS`). */
const PRECISION_BITS = 22;
const HALF = 1 << (PRECISION_BITS - 1);

/**
 * Resizes so that the shorter side has `shorterSide` px and the longer one
 * `floor(shorterSide · longer / shorter)`, as torchvision's `Resize`. A picture that has that size
 * already is returned as it is.
 */
export function resizeShorterSide(picture: Picture, shorterSide: number): Picture {
  checkPicture(picture);
  if (!Number.isInteger(shorterSide) || shorterSide < 1) {
    throw new RangeError(`shorterSide must be a whole number of pixels, not ${shorterSide}`);
  }
  const { width, height } = picture;
  const longer = Math.floor((shorterSide * Math.max(width, height)) / Math.min(width, height));
  return width <= height
    ? resizePicture(picture, { width: shorterSide, height: longer })
    : resizePicture(picture, { width: longer, height: shorterSide });
}

/**
 * Resizes with an antialiased triangle filter: PIL's `BILINEAR` in its fixed-point arithmetic, so
 * the result is PIL's to the bit. Horizontal pass first, rounded to 8 bits, then vertical.
 */
export function resizePicture(
  picture: Picture,
  size: { readonly width: number; readonly height: number },
): Picture {
  checkPicture(picture);
  const { width, height } = size;
  if (width === picture.width && height === picture.height) return picture;
  let data = picture.data;
  if (width !== picture.width) data = resizeRows(data, picture.width, picture.height, width);
  if (height !== picture.height) data = resizeColumns(data, width, picture.height, height);
  return { width, height, data };
}

/** For every output pixel: its first input pixel, and `taps` weights (zero-padded), fixed point. */
interface Filter {
  readonly taps: number;
  readonly first: Int32Array;
  readonly count: Int32Array;
  readonly weights: Int32Array;
}

function triangleFilter(from: number, to: number): Filter {
  const scale = from / to;
  // Shrinking widens the triangle to cover every input pixel; growing interpolates.
  const support = Math.max(scale, 1);
  const taps = Math.ceil(support) * 2 + 1;
  const filter: Filter = {
    taps,
    first: new Int32Array(to),
    count: new Int32Array(to),
    weights: new Int32Array(to * taps),
  };
  for (let i = 0; i < to; i++) {
    const centre = (i + 0.5) * scale;
    const first = Math.max(0, Math.trunc(centre - support + 0.5));
    const count = Math.min(from, Math.trunc(centre + support + 0.5)) - first;
    const weights: number[] = [];
    for (let k = 0; k < count; k++) {
      weights.push(Math.max(0, 1 - Math.abs((first + k - centre + 0.5) * (1 / support))));
    }
    const norm = 1 / weights.reduce((sum, weight) => sum + weight, 0);
    filter.first[i] = first;
    filter.count[i] = count;
    for (const [k, weight] of weights.entries()) {
      filter.weights[i * taps + k] = Math.trunc(0.5 + weight * norm * (1 << PRECISION_BITS));
    }
  }
  return filter;
}

function resizeRows(
  data: Picture['data'],
  width: number,
  height: number,
  outWidth: number,
): Uint8ClampedArray {
  const { taps, first, count, weights } = triangleFilter(width, outWidth);
  const out = new Uint8ClampedArray(outWidth * height * 3);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < outWidth; x++) {
      let at = (y * width + (first[x] as number)) * 3;
      const start = x * taps;
      const end = start + (count[x] as number);
      let r = HALF;
      let g = HALF;
      let b = HALF;
      for (let k = start; k < end; k++, at += 3) {
        const weight = weights[k] as number;
        r += (data[at] as number) * weight;
        g += (data[at + 1] as number) * weight;
        b += (data[at + 2] as number) * weight;
      }
      const to = (y * outWidth + x) * 3;
      out[to] = r >> PRECISION_BITS;
      out[to + 1] = g >> PRECISION_BITS;
      out[to + 2] = b >> PRECISION_BITS;
    }
  }
  return out;
}

function resizeColumns(
  data: Picture['data'],
  width: number,
  height: number,
  outHeight: number,
): Uint8ClampedArray {
  const { taps, first, count, weights } = triangleFilter(height, outHeight);
  const stride = width * 3;
  const out = new Uint8ClampedArray(stride * outHeight);
  const sums = new Int32Array(stride);
  for (let y = 0; y < outHeight; y++) {
    sums.fill(HALF);
    for (let k = 0; k < (count[y] as number); k++) {
      const weight = weights[y * taps + k] as number;
      const row = ((first[y] as number) + k) * stride;
      for (let i = 0; i < stride; i++) {
        sums[i] = (sums[i] as number) + (data[row + i] as number) * weight;
      }
    }
    for (let i = 0; i < stride; i++) out[y * stride + i] = (sums[i] as number) >> PRECISION_BITS;
  }
  return out;
}
