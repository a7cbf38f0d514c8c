import { type CropBox, centerOffset, type RgbImage } from '@alexnet/files/image';
import { channelMeanOf, type Preprocessing } from '@alexnet/model';
import type { Vector3 } from './eigen-symmetric.js';
import { checkImage } from './image.js';
import type { ImageSize } from './image-size.js';
import { padImage } from './pad-image.js';
import { type ResizeMethod, resizeAs, resizedSize, resizeWindow } from './resize-image.js';

/** `out = pixel · scale + shift` for the three output channels, and which RGB channel feeds each. */
export interface ChannelAffine {
  readonly order: Vector3;
  readonly scale: Vector3;
  readonly shift: Vector3;
}

/**
 * Value range, channel mean and deviation of `preprocessing` as one multiplication and addition a
 * channel; a mean image is left to `subtractMeanImage`.
 *
 * @param noise Added to every pixel, RGB, gray levels 0..255.
 * @param gain Everything is multiplied by it after the mean is subtracted and the noise added.
 */
export function channelAffine(
  preprocessing: Pick<Preprocessing, 'channelOrder' | 'range' | 'mean' | 'std'>,
  noise: Vector3 = [0, 0, 0],
  gain = 1,
): ChannelAffine {
  const { range, std } = preprocessing;
  const mean = channelMeanOf(preprocessing);
  const order: Vector3 = preprocessing.channelOrder === 'rgb' ? [0, 1, 2] : [2, 1, 0];
  const unit = range / 255;
  const scale = (i: 0 | 1 | 2) => (unit * gain) / (std?.[i] ?? 1);
  const shift = (i: 0 | 1 | 2) =>
    (((noise[order[i]] ?? 0) * unit - (mean?.[i] ?? 0)) * gain) / (std?.[i] ?? 1);
  return {
    order,
    scale: [scale(0), scale(1), scale(2)],
    shift: [shift(0), shift(1), shift(2)],
  };
}

/** One crop of an image, and what makes floats of it. */
export interface NormalizedCrop {
  readonly image: RgbImage;
  readonly box: CropBox;
  /** Mirrored left to right. */
  readonly flip: boolean;
  readonly affine: ChannelAffine;
}

/** Writes one crop of an image as normalized floats. */
export type CropWriter = (
  out: Float32Array,
  outOffset: number,
  image: RgbImage,
  box: CropBox,
  flip: boolean,
  affine: ChannelAffine,
) => void;

/** Writes one crop as `[height, width, 3]` float32 at `outOffset`, mirrored left to right or not. */
export function writeCrop(
  out: Float32Array,
  outOffset: number,
  image: RgbImage,
  box: CropBox,
  flip: boolean,
  affine: ChannelAffine,
): void {
  const { data, width: stride } = image;
  const { top, left, height, width } = box;
  const [o0, o1, o2] = affine.order;
  const [s0, s1, s2] = affine.scale;
  const [t0, t1, t2] = affine.shift;
  const step = flip ? -3 : 3;
  let to = outOffset;
  for (let y = 0; y < height; y++) {
    let from = ((top + y) * stride + left + (flip ? width - 1 : 0)) * 3;
    for (let x = 0; x < width; x++, from += step, to += 3) {
      out[to] = (data[from + o0] as number) * s0 + t0;
      out[to + 1] = (data[from + o1] as number) * s1 + t1;
      out[to + 2] = (data[from + o2] as number) * s2 + t2;
    }
  }
}

/**
 * Where the pixels of a crop of the resized image are: in the image itself when it has that size,
 * else in a window that is resized alone, to `out` where it is given.
 */
export function cropResized(
  image: RgbImage,
  size: ImageSize,
  box: CropBox,
  method: ResizeMethod = {},
  out?: Uint8ClampedArray,
): { readonly image: RgbImage; readonly box: CropBox } {
  checkImage(image);
  if (size.width === image.width && size.height === image.height) return { image, box };
  return { image: resizeWindow(image, size, box, method, out), box: { ...box, top: 0, left: 0 } };
}

/** The center crop of an image resized as `preprocessing` says, padded where it says so. */
export function centerCropResized(
  image: RgbImage,
  { resize, crop }: Pick<Preprocessing, 'resize' | 'crop'>,
): { readonly image: RgbImage; readonly box: CropBox } {
  const size = resizedSize(image, resize);
  if (size.width >= crop.width && size.height >= crop.height) {
    return cropResized(image, size, centerBox(size, crop), resize);
  }
  const padded = padImage(resizeAs(image, resize), crop, crop.padding ?? 0);
  return { image: padded, box: centerBox(padded, crop) };
}

/** The center crop of a resized image. */
export function centerBox(image: ImageSize, crop: Preprocessing['crop']): CropBox {
  const top = centerOffset(image.height, crop.height);
  const left = centerOffset(image.width, crop.width);
  return { top, left, height: crop.height, width: crop.width };
}
