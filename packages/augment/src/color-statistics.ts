import type { RgbImage } from '@alexnet/files/image';
import { eigenSymmetric3, type Matrix3, type Vector3 } from './eigen-symmetric.js';
import { checkImage } from './image.js';

/** Color of a whole set of images, in RGB order and gray levels 0..255. */
export interface ColorStatistics {
  /** Per-channel mean. */
  readonly mean: Vector3;
  /** Per-channel standard deviation. */
  readonly std: Vector3;
  /** Eigenvalues of the 3×3 RGB covariance matrix, largest first, gray levels squared. */
  readonly eigenvalues: Vector3;
  /** `eigenvectors[i]` is the unit vector of `eigenvalues[i]`; its largest component is positive. */
  readonly eigenvectors: Matrix3;
  /** Pixels counted. */
  readonly pixels: number;
}

/**
 * Sums over pixels: count, three channels, six products (rr, rg, rb, gg, gb, bb). Whole numbers, exact
 * up to 1.3·10¹¹ pixels, so neither order nor division over workers changes the result.
 */
export type ColorSums = readonly number[] & { readonly length: 10 };

/** Sums of colors that grow image by image and can be put together. */
export interface ColorAccumulator {
  /** Counts every pixel of an image once. */
  add(image: RgbImage): void;
  /** Adds what another accumulator counted, perhaps in another worker. */
  merge(sums: ColorSums): void;
  /** Everything counted so far, for another accumulator to merge. */
  sums(): ColorSums;
  /** @throws {RangeError} when nothing was added. */
  result(): ColorStatistics;
}

/** Mean, deviation and covariance PCA of all pixels of all images, each pixel counted once. */
export function measureImageColors(images: Iterable<RgbImage>): ColorStatistics {
  const accumulator = createColorAccumulator();
  for (const image of images) accumulator.add(image);
  return accumulator.result();
}

/** The same, for images that arrive one by one. */
export function createColorAccumulator(): ColorAccumulator {
  const totals = new Float64Array(10);
  return {
    add: (image) => addImage(totals, image),
    merge: (sums) => {
      for (let i = 0; i < totals.length; i++) totals[i] = (totals[i] as number) + (sums[i] ?? 0);
    },
    sums: () => Array.from(totals) as readonly number[] as ColorSums,
    result: () => statistics(totals),
  };
}

function addImage(totals: Float64Array, image: RgbImage): void {
  checkImage(image);
  const { data } = image;
  let [n = 0, sr = 0, sg = 0, sb = 0, rr = 0, rg = 0, rb = 0, gg = 0, gb = 0, bb = 0] = totals;
  for (let i = 0; i < data.length; i += 3) {
    const r = data[i] as number;
    const g = data[i + 1] as number;
    const b = data[i + 2] as number;
    sr += r;
    sg += g;
    sb += b;
    rr += r * r;
    rg += r * g;
    rb += r * b;
    gg += g * g;
    gb += g * b;
    bb += b * b;
  }
  n += data.length / 3;
  totals.set([n, sr, sg, sb, rr, rg, rb, gg, gb, bb]);
}

function statistics(totals: Float64Array): ColorStatistics {
  const [pixels = 0, sr = 0, sg = 0, sb = 0, rr = 0, rg = 0, rb = 0, gg = 0, gb = 0, bb = 0] =
    totals;
  if (pixels === 0) throw new RangeError('no image was added, so there are no colors to measure');
  const mean: Vector3 = [sr / pixels, sg / pixels, sb / pixels];
  const [mr, mg, mb] = mean;
  const covariance: Matrix3 = [
    [rr / pixels - mr * mr, rg / pixels - mr * mg, rb / pixels - mr * mb],
    [rg / pixels - mr * mg, gg / pixels - mg * mg, gb / pixels - mg * mb],
    [rb / pixels - mr * mb, gb / pixels - mg * mb, bb / pixels - mb * mb],
  ];
  const deviation = (i: 0 | 1 | 2) => Math.sqrt(Math.max(0, covariance[i][i]));
  const { values, vectors } = eigenSymmetric3(covariance);
  return {
    mean,
    std: [deviation(0), deviation(1), deviation(2)],
    eigenvalues: [Math.max(0, values[0]), Math.max(0, values[1]), Math.max(0, values[2])],
    eigenvectors: vectors,
    pixels,
  };
}
