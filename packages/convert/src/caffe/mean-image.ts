import type { Preprocessing } from '@alexnet/model';
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
 * Caffe's preparation of images as far as {@link Preprocessing} can say it: the mean image
 * becomes one number per channel, and the squeeze to a square becomes a resize that keeps the
 * proportions. Both differ a little from what the network was trained on, hence inexact notes.
 *
 * @param input height and width of the network's input, in pixels
 */
export function caffePreprocessing(
  mean: MeanImage,
  { height, width }: { readonly height: number; readonly width: number },
): { readonly preprocessing: Preprocessing; readonly notes: readonly Note[] } {
  const area = mean.height * mean.width;
  const channel = (index: number) => {
    let sum = 0;
    for (let at = index * area; at < (index + 1) * area; at++) sum += mean.data[at] ?? 0;
    return sum / area;
  };
  return {
    preprocessing: {
      resize: { shorterSide: Math.min(mean.height, mean.width) },
      crop: { height, width },
      channelOrder: 'bgr',
      range: 255,
      mean: [channel(0), channel(1), channel(2)],
      std: null,
    },
    notes: [
      {
        code: 'mean-image',
        exact: false,
        detail: `the ${mean.width}×${mean.height} mean image became one mean per channel`,
      },
      {
        code: 'preprocessing',
        exact: false,
        detail: `Caffe squeezes images to ${mean.width}×${mean.height}; here proportions are kept`,
      },
    ],
  };
}
