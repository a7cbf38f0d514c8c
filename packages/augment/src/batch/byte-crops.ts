import {
  BYTE_ROW,
  type ByteImages,
  meanImageOf,
  type Preprocessing,
  wordsOf,
} from '@alexnet/model';
import { subtractMeanImage } from '../mean-image.js';
import { channelAffine, type NormalizedCrop } from '../normalize-crop.js';

/** Room for `n` crops of `imageShape`, in memory that is given or new. */
export function byteImages(
  n: number,
  imageShape: readonly [height: number, width: number, channels: number],
  mean: Float32Array | null,
  memory?: Int32Array,
): ByteImages {
  const words = n * wordsOf(imageShape);
  return {
    words: memory?.subarray(0, words) ?? new Int32Array(words),
    table: new Float32Array(n * BYTE_ROW),
    mean,
  };
}

/** Copies the pixels of a crop to place `index`, and writes down how they are normalized. */
export function writeByteCrop(
  { words, table }: ByteImages,
  index: number,
  { image, box, flip, affine }: NormalizedCrop,
): void {
  const { top, left, height, width } = box;
  const start = 4 * index * wordsOf([height, width, 3]);
  const bytes = new Uint8Array(words.buffer, words.byteOffset, words.byteLength);
  for (let y = 0; y < height; y++) {
    const from = ((top + y) * image.width + left) * 3;
    bytes.set(image.data.subarray(from, from + 3 * width), start + 3 * y * width);
  }
  const isBlueFirst = affine.order[0] === 2;
  table.set(
    [...affine.scale, ...affine.shift, Number(flip), Number(isBlueFirst)],
    index * BYTE_ROW,
  );
}

/**
 * The center of the mean image `[height, width, 3]` in the channel order of the output, in gray levels
 * that the scale of a row applies to; null where no mean image is subtracted.
 */
export function byteMeanOf(preprocessing: Preprocessing): Float32Array | null {
  const mean = meanImageOf(preprocessing);
  if (!mean) return null;
  const { height, width } = preprocessing.crop;
  const out = new Float32Array(height * width * 3);
  // What is subtracted from nothing at a scale of 1.
  const affine = channelAffine({ ...preprocessing, range: 255, mean: null, std: null });
  subtractMeanImage(out, 0, { height, width }, mean, affine);
  return out.map((value) => -value);
}
