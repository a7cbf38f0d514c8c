import type { CropBox, RgbImage } from '@alexnet/files/image';
import type { Resize } from '@alexnet/model';
import { checkImage } from './image.js';
import type { ImageSize } from './image-size.js';
import { sampleWindow } from './sample-window.js';

/** Fraction bits of the filter weights, as in Pillow (`Resample.c`, `PRECISION_BITS`). */
const PRECISION_BITS = 22;
const HALF = 1 << (PRECISION_BITS - 1);

/**
 * Resizes so that the shorter side has `shorterSide` px and the longer one
 * `floor(shorterSide · longer / shorter)`, as torchvision's `Resize`. An image that has that size
 * already is returned as it is.
 */
export function resizeShorterSide(image: RgbImage, shorterSide: number): RgbImage {
  return resizeImage(image, sizeWithShorterSide(image, shorterSide));
}

/** The size `resizeShorterSide` gives an image. */
export function sizeWithShorterSide(size: ImageSize, shorterSide: number): ImageSize {
  if (!Number.isInteger(shorterSide) || shorterSide < 1) {
    throw new RangeError(`shorterSide must be a whole number of pixels, not ${shorterSide}`);
  }
  const { width, height } = size;
  const longer = Math.floor((shorterSide * Math.max(width, height)) / Math.min(width, height));
  return width <= height
    ? { width: shorterSide, height: longer }
    : { width: longer, height: shorterSide };
}

/** The size `resize` gives an image. */
export function resizedSize(size: ImageSize, { shorterSide, squash }: Resize): ImageSize {
  return squash
    ? { width: shorterSide, height: shorterSide }
    : sizeWithShorterSide(size, shorterSide);
}

/** An image resized as a preprocessing says. */
export function resizeAs(image: RgbImage, resize: Resize): RgbImage {
  return resizeImage(image, resizedSize(image, resize), resize);
}

/** How pixels of the resized image are computed, see `Resize` of `@alexnet/model`. */
export type ResizeMethod = Pick<Resize, 'interpolation' | 'antialias'>;

/**
 * Resizes with PIL's antialiased `BILINEAR` or `BICUBIC`, or OpenCV's `INTER_LINEAR`, each in the
 * fixed-point arithmetic of its source, so the result is the same to the bit.
 */
export function resizeImage(image: RgbImage, size: ImageSize, method: ResizeMethod = {}): RgbImage {
  checkImage(image);
  if (size.width === image.width && size.height === image.height) return image;
  return resizeWindow(image, size, { top: 0, left: 0, ...size }, method);
}

/**
 * One box of the resized image, without computing the rest of it.
 *
 * @param size Size of the whole image after resizing.
 * @param box Lies inside `size`.
 * @param out Receives the pixels, `[box.height, box.width, 3]`; default new memory.
 */
export function resizeWindow(
  image: RgbImage,
  size: ImageSize,
  box: CropBox,
  { interpolation = 'bilinear', antialias }: ResizeMethod = {},
  out: Uint8ClampedArray = new Uint8ClampedArray(box.width * box.height * 3),
): RgbImage {
  checkImage(image);
  if (antialias === false) {
    if (interpolation !== 'bilinear') {
      throw new RangeError(`${interpolation} without antialiasing is not supported`);
    }
    return sampleWindow(image, size, box, out);
  }
  const kernel = KERNELS[interpolation];
  // Horizontal pass first, rounded to 8 bits, then vertical.
  const { columns, rows } = FILTERS;
  setFilter(columns, kernel, image.width, size.width, box.left, box.width);
  setFilter(rows, kernel, image.height, size.height, box.top, box.height);
  const last = box.height - 1;
  const firstRow = rows.first[0] as number;
  const endRow = (rows.first[last] as number) + (rows.count[last] as number);
  const { width, height } = box;
  let { data } = image;
  let top = 0;
  if (size.width !== image.width || width !== image.width) {
    data = resizeRows(data, image.width, firstRow, endRow, columns, width);
    top = firstRow;
  }
  resizeColumns(data, width, top, rows, height, out);
  return { width, height, data: out };
}

/** The weight of a pixel at a distance from the center, and beyond which distance it is 0, px. */
interface Kernel {
  readonly radius: number;
  weight(distance: number): number;
}

/** Cubic convolution's parameter, as in Pillow (`Resample.c`, `bicubic_filter`). */
const A = -0.5;

const KERNELS: Readonly<Record<NonNullable<Resize['interpolation']>, Kernel>> = {
  bilinear: { radius: 1, weight: (x) => Math.max(0, 1 - Math.abs(x)) },
  bicubic: {
    radius: 2,
    weight(distance) {
      const x = Math.abs(distance);
      if (x < 1) return ((A + 2) * x - (A + 3)) * x * x + 1;
      return x < 2 ? (((x - 5) * x + 8) * x - 4) * A : 0;
    },
  },
};

/** For every output pixel: its first input pixel, how many count, and their weights, fixed point. */
interface Filter {
  /** Weights from one output pixel to the next. */
  taps: number;
  first: Int32Array;
  count: Int32Array;
  weights: Int32Array;
}

// What a resize needs beside its result is kept for the next one: as new arrays it is tens of kB of
// garbage an image, for which V8 marks its whole heap twice a second.
const FILTERS = {
  columns: /* @__PURE__ */ emptyFilter(),
  rows: /* @__PURE__ */ emptyFilter(),
};
let narrowed: Uint8ClampedArray = /* @__PURE__ */ new Uint8ClampedArray(0);
let sums = /* @__PURE__ */ new Int32Array(0);

function emptyFilter(): Filter {
  const none = new Int32Array(0);
  return { taps: 0, first: none, count: none, weights: none };
}

/** Sets the weights of `length` output pixels from `start` on, of an axis resized from `from` to `to` px. */
function setFilter(
  filter: Filter,
  kernel: Kernel,
  from: number,
  to: number,
  start: number,
  length: number,
): void {
  const scale = from / to;
  // Shrinking widens the kernel to cover every input pixel; growing interpolates.
  const stretch = Math.max(scale, 1);
  const support = kernel.radius * stretch;
  const taps = Math.ceil(support) * 2 + 1;
  filter.taps = taps;
  if (filter.first.length < length) {
    filter.first = new Int32Array(length);
    filter.count = new Int32Array(length);
  }
  if (filter.weights.length < length * taps) filter.weights = new Int32Array(length * taps);
  const { first: firsts, count: counts, weights: all } = filter;
  for (let i = 0; i < length; i++) {
    const center = (start + i + 0.5) * scale;
    const first = Math.max(0, Math.trunc(center - support + 0.5));
    const count = Math.min(from, Math.trunc(center + support + 0.5)) - first;
    const weights: number[] = [];
    for (let k = 0; k < count; k++) {
      weights.push(kernel.weight((first + k - center + 0.5) * (1 / stretch)));
    }
    const norm = 1 / weights.reduce((sum, weight) => sum + weight, 0);
    firsts[i] = first;
    counts[i] = count;
    for (const [k, weight] of weights.entries()) {
      const scaled = weight * norm * (1 << PRECISION_BITS);
      all[i * taps + k] = Math.trunc(scaled + (scaled < 0 ? -0.5 : 0.5));
    }
  }
}

// `Math.imul` keeps the sums in 32-bit integers: 255 · 2²², times the 1.3 by which cubic weights may
// add up before the negative ones are taken off, is below 2³¹.

/** Horizontal pass over the rows the vertical one needs. */
function resizeRows(
  data: RgbImage['data'],
  width: number,
  firstRow: number,
  endRow: number,
  { taps, first, count, weights }: Filter,
  outWidth: number,
): Uint8ClampedArray {
  const length = outWidth * (endRow - firstRow) * 3;
  if (narrowed.length < length) narrowed = new Uint8ClampedArray(length);
  const out = narrowed;
  let to = 0;
  for (let y = firstRow; y < endRow; y++) {
    for (let x = 0; x < outWidth; x++, to += 3) {
      let at = (y * width + (first[x] as number)) * 3;
      const start = x * taps;
      const end = start + (count[x] as number);
      let r = HALF;
      let g = HALF;
      let b = HALF;
      for (let k = start; k < end; k++, at += 3) {
        const weight = weights[k] as number;
        r = (r + Math.imul(data[at] as number, weight)) | 0;
        g = (g + Math.imul(data[at + 1] as number, weight)) | 0;
        b = (b + Math.imul(data[at + 2] as number, weight)) | 0;
      }
      out[to] = r >> PRECISION_BITS;
      out[to + 1] = g >> PRECISION_BITS;
      out[to + 2] = b >> PRECISION_BITS;
    }
  }
  return out;
}

/** Vertical pass; `data` begins with row `top` of the image. */
function resizeColumns(
  data: RgbImage['data'],
  width: number,
  top: number,
  { taps, first, count, weights }: Filter,
  outHeight: number,
  out: Uint8ClampedArray,
): void {
  const stride = width * 3;
  if (sums.length < stride) sums = new Int32Array(stride);
  for (let y = 0; y < outHeight; y++) {
    sums.fill(HALF, 0, stride);
    for (let k = 0; k < (count[y] as number); k++) {
      const weight = weights[y * taps + k] as number;
      const row = ((first[y] as number) + k - top) * stride;
      for (let i = 0; i < stride; i++) {
        sums[i] = (sums[i] as number) + Math.imul(data[row + i] as number, weight);
      }
    }
    for (let i = 0; i < stride; i++) out[y * stride + i] = (sums[i] as number) >> PRECISION_BITS;
  }
}
