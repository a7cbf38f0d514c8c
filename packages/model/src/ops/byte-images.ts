import type { Tensor, Tensor4D } from '@tensorflow/tfjs-core';
import type { Tf } from '../tf.js';
import { kernelOf } from './kernels.js';

/**
 * Crops of 8 bits a channel, and what makes floats of each: a quarter of the bytes to bring to a device,
 * which normalizes them there.
 */
export interface ByteImages {
  /** RGB, not mirrored, `[n, wordsOf(imageShape)]`: each image to whole words of four bytes. */
  readonly words: Int32Array;
  /**
   * `[n, BYTE_ROW]`: what the three output channels are multiplied by, what is added to them, 1 where the
   * image is mirrored left to right, 1 where blue comes first.
   */
  readonly table: Float32Array;
  /**
   * `[height, width, 3]` gray levels in the order of the output, subtracted before the multiplication
   * wherever an image is mirrored or not; null without.
   */
  readonly mean: Float32Array | null;
}

/** Images ready for the network: float32 `[n, height, width, channels]`, or what is made such. */
export type Pixels = Float32Array | ByteImages;

/** Of one image: [height, width, channels]. */
export type ImageShape = readonly [height: number, width: number, channels: number];

/** Numbers of a row of {@link ByteImages.table}. */
export const BYTE_ROW = 8;

/** Words of four bytes that an image of 8 bits a channel takes. */
export function wordsOf([height, width, channels]: ImageShape): number {
  return Math.ceil((height * width * channels) / 4);
}

/** Whether the current backend makes floats of bytes itself. */
export function takesBytes(tf: Tf): boolean {
  return kernelOf(tf, 'AlexNetNormalizeBytes') !== undefined;
}

/** The images from `start` to `end`: views. */
export function slicePixels(
  pixels: Pixels,
  imageShape: ImageShape,
  start: number,
  end: number,
): Pixels {
  if (pixels instanceof Float32Array) {
    const size = imageShape.reduce((product, length) => product * length, 1);
    return pixels.subarray(start * size, end * size);
  }
  const words = wordsOf(imageShape);
  return {
    words: pixels.words.subarray(start * words, end * words),
    table: pixels.table.subarray(start * BYTE_ROW, end * BYTE_ROW),
    mean: pixels.mean,
  };
}

/** Images of `pixels`. */
export function countOf(pixels: Pixels, imageShape: ImageShape): number {
  if (!(pixels instanceof Float32Array)) return pixels.table.length / BYTE_ROW;
  return pixels.length / imageShape.reduce((product, length) => product * length, 1);
}

/** A part of {@link Pixels} as it is brought to a device. */
export interface PixelInput {
  readonly shape: readonly number[];
  readonly values: Float32Array | Int32Array;
}

/** What has to be brought to the device: floats, or words, table and perhaps the mean. */
export function pixelInputs(pixels: Pixels, imageShape: ImageShape): PixelInput[] {
  const n = countOf(pixels, imageShape);
  if (pixels instanceof Float32Array) return [{ shape: [n, ...imageShape], values: pixels }];
  const { words, table, mean } = pixels;
  return [
    { shape: [n, wordsOf(imageShape)], values: words },
    { shape: [n, BYTE_ROW], values: table },
    ...(mean ? [{ shape: imageShape, values: mean }] : []),
  ];
}

/**
 * Images `[n, height, width, channels]` float32 of the tensors of {@link pixelInputs}; the first one
 * itself where it is that. The caller disposes it.
 */
export function imagesOf(
  tf: Tf,
  [first, table, mean]: readonly Tensor[],
  imageShape: ImageShape,
): Tensor4D {
  if (!table) return first as Tensor4D;
  const normalize = kernelOf(tf, 'AlexNetNormalizeBytes');
  if (!normalize) throw new Error(`${tf.getBackend()} makes no floats of bytes: see takesBytes`);
  const words = first as Tensor;
  return normalize({ words, table, ...(mean && { mean }) }, { imageShape });
}

/** The tensors {@link imagesOf} makes images of, bytes where the backend takes such; the caller disposes them. */
export function pixelTensors(tf: Tf, pixels: Pixels, imageShape: ImageShape): Tensor[] {
  const given = takesBytes(tf) ? pixels : floatsOf(pixels, imageShape);
  return pixelInputs(given, imageShape).map(({ values, shape }) =>
    tf.tensor(values, [...shape], values instanceof Int32Array ? 'int32' : 'float32'),
  );
}

/** Brings images to the device: `[n, height, width, channels]` float32, which the caller disposes. */
export function uploadImages(tf: Tf, pixels: Pixels, imageShape: ImageShape): Tensor4D {
  return tf.tidy(() => imagesOf(tf, pixelTensors(tf, pixels, imageShape), imageShape));
}

/** The floats, made here: what the device's are tested against. */
export function floatsOf(pixels: Pixels, imageShape: ImageShape): Float32Array {
  if (pixels instanceof Float32Array) return pixels;
  const [height, width, channels] = imageShape;
  const { table, mean } = pixels;
  const bytes = new Uint8Array(pixels.words.buffer, pixels.words.byteOffset);
  const size = height * width * channels;
  const out = new Float32Array(countOf(pixels, imageShape) * size);
  for (let image = 0; image * size < out.length; image++) {
    const row = table.subarray(image * BYTE_ROW, (image + 1) * BYTE_ROW);
    const [isMirrored, isBlueFirst] = [row[6] === 1, row[7] === 1];
    const start = image * 4 * wordsOf(imageShape);
    for (let at = 0; at < size; at++) {
      const channel = at % channels;
      const pixel = (at - channel) / channels;
      const x = pixel % width;
      const from = isMirrored ? pixel - x + width - 1 - x : pixel;
      const level = bytes[
        start + from * channels + (isBlueFirst ? 2 - channel : channel)
      ] as number;
      const scale = row[channel] as number;
      const value = level * scale + (row[3 + channel] as number);
      out[image * size + at] = value - (mean ? (mean[at] as number) * scale : 0);
    }
  }
  return out;
}
