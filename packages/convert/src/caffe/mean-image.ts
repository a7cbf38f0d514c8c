import { channelMeanOf, meanImageOf, type Preprocessing } from '@alexnet/model';
import type { Note } from '../alexnet/note.js';
import { FormatError } from '../format-error.js';
import { ProtobufWriter } from '../protobuf/writer.js';
import { rowMajor } from '../tensors/strided.js';
import { parseBlob, writeBlob } from './blob.js';

/** Caffe's `.binaryproto`: the mean of every pixel, `[3, height, width]`, BGR, 0 to 255. */
export interface MeanImage {
  readonly height: number;
  readonly width: number;
  readonly data: Float32Array;
}

/** @throws FormatError */
export async function readBinaryproto(bytes: Uint8Array): Promise<MeanImage> {
  const { shape, read } = parseBlob('mean', bytes);
  const [channels, height = 0, width = 0] = shape.length === 4 ? shape.slice(1) : shape;
  const plain = shape.length === 3 || (shape.length === 4 && shape[0] === 1);
  if (!plain || channels !== 3 || height * width === 0) {
    throw new FormatError('bad-shape', `caffe: a mean of shape [${shape}], expected [3, h, w]`);
  }
  return { height, width, data: await read() };
}

/** Writes the four legacy dimensions every Caffe reads. */
export function writeBinaryproto({ height, width, data }: MeanImage): Uint8Array {
  const shape = [1, 3, height, width];
  if (rowMajor(shape)[0] !== data.length) {
    throw new FormatError('bad-shape', `caffe: ${data.length} numbers for [${shape}]`);
  }
  const writer = new ProtobufWriter();
  writeBlob(writer, { shape, data }, true);
  return writer.finish();
}

/**
 * Caffe's preparation of images: both sides to the mean image's size by OpenCV's bilinear resize
 * (`convert_imageset --resize_height --resize_width`, `ReadImageToCVMat`), the center crop of image and
 * mean image, BGR from 0 to 255 (`data_transformer.cpp`). A mean image that is no square, or smaller
 * than the input, becomes one number per channel, which an inexact note says.
 *
 * @param input height and width of the network's input, in pixels
 */
export function caffePreprocessing(
  mean: MeanImage,
  { height, width }: { readonly height: number; readonly width: number },
): { readonly preprocessing: Preprocessing; readonly notes: readonly Note[] } {
  const side = Math.min(mean.height, mean.width);
  const rest = { crop: { height, width }, channelOrder: 'bgr', range: 255, std: null } as const;
  const resize = { shorterSide: side, squash: true, antialias: false } as const;
  if (mean.height === mean.width && side >= Math.max(height, width)) {
    const image = { height: side, width: side, data: interleave(mean) };
    return { preprocessing: { resize, ...rest, mean: image }, notes: [] };
  }
  const area = mean.height * mean.width;
  const channel = (index: number) =>
    mean.data.subarray(index * area, (index + 1) * area).reduce((sum, x) => sum + x, 0) / area;
  return {
    preprocessing: { resize, ...rest, mean: [channel(0), channel(1), channel(2)] },
    notes: [
      {
        code: 'mean-image',
        exact: false,
        detail: `the ${mean.width}×${mean.height} mean image does not cover the input of ${width}×${height} as a square, and became one mean per channel`,
      },
    ],
  };
}

/**
 * What Caffe subtracts for a preprocessing: its mean image, or its mean per channel as an image.
 *
 * @returns null where it has no mean, or one of pixels from 0 to 1.
 */
export function caffeMean(preprocessing: Preprocessing): MeanImage | null {
  const image = meanImageOf(preprocessing);
  if (image) return { height: image.height, width: image.width, data: separate(image) };
  const means = channelMeanOf(preprocessing);
  if (!means || preprocessing.range !== 255) return null;
  const side = preprocessing.resize.shorterSide;
  const area = side * side;
  const bgr = preprocessing.channelOrder === 'bgr' ? means : [means[2], means[1], means[0]];
  const data = new Float32Array(3 * area);
  for (const [channel, value] of bgr.entries()) {
    data.fill(value, channel * area, (channel + 1) * area);
  }
  return { height: side, width: side, data };
}

/** `[3, h, w]` BGR to `[h, w, 3]` RGB. */
function interleave({ height, width, data }: MeanImage): Float32Array {
  const area = height * width;
  return Float32Array.from(data, (_, i) => data[(2 - (i % 3)) * area + Math.floor(i / 3)] ?? 0);
}

/** `[h, w, 3]` RGB to `[3, h, w]` BGR. */
function separate({ height, width, data }: MeanImage): Float32Array {
  const area = height * width;
  return Float32Array.from(data, (_, i) => data[(i % area) * 3 + 2 - Math.floor(i / area)] ?? 0);
}
