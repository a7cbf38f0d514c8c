import { centerOffset, type RgbImage } from '@alexnet/files/image';
import type { MeanImage } from '@alexnet/model';
import { checkImage } from './image.js';
import type { ChannelAffine } from './normalize-crop.js';

/** Sums of images of one size that grow image by image and can be put together. */
export interface MeanImageAccumulator {
  /** @throws {RangeError} when the image has another size. */
  add(image: RgbImage): void;
  /** Adds what another accumulator counted. */
  merge(other: { readonly count: number; readonly sums: Float64Array }): void;
  /** Images counted. */
  readonly count: number;
  /** Sums of gray levels: whole numbers, so order does not change the result. */
  readonly sums: Float64Array;
  /** @throws {RangeError} when nothing was added. */
  result(): MeanImage;
}

/** Averages images of one size. */
export function createMeanImageAccumulator(height: number, width: number): MeanImageAccumulator {
  const sums = new Float64Array(height * width * 3);
  let count = 0;
  const addAll = (values: ArrayLike<number>, images: number) => {
    for (let i = 0; i < sums.length; i++) sums[i] = (sums[i] as number) + (values[i] as number);
    count += images;
  };
  return {
    add: (image) => {
      checkImage(image);
      if (image.height !== height || image.width !== width) {
        throw new RangeError(
          `a mean image of ${width} × ${height} px cannot take an image of ${image.width} × ${image.height}`,
        );
      }
      addAll(image.data, 1);
    },
    merge: (other) => addAll(other.sums, other.count),
    get count() {
      return count;
    },
    sums,
    result: () => {
      if (count === 0) throw new RangeError('no image was added, so there is no mean image');
      return { height, width, data: Float32Array.from(sums, (sum) => sum / count) };
    },
  };
}

/**
 * Subtracts the center crop of the mean image from a written crop, wherever that crop came from and
 * whether or not it was mirrored, as the 2012 source does (`convdata_jpeg.py`).
 */
export function subtractMeanImage(
  out: Float32Array,
  outOffset: number,
  crop: { readonly height: number; readonly width: number },
  mean: MeanImage,
  affine: ChannelAffine,
): void {
  if (mean.height < crop.height || mean.width < crop.width) {
    throw new RangeError(
      `a mean image of ${mean.width} × ${mean.height} px is smaller than the crop of ${crop.width} × ${crop.height}`,
    );
  }
  const top = centerOffset(mean.height, crop.height);
  const left = centerOffset(mean.width, crop.width);
  let to = outOffset;
  for (let y = 0; y < crop.height; y++) {
    let from = ((top + y) * mean.width + left) * 3;
    for (let x = 0; x < crop.width; x++, from += 3, to += 3) {
      for (let c = 0; c < 3; c++) {
        const value = mean.data[from + (affine.order[c] as number)] as number;
        out[to + c] = (out[to + c] as number) - value * (affine.scale[c] as number);
      }
    }
  }
}
