import { asSource, type ByteSource } from '@alexnet/files';
import { FormatError } from '../format-error.js';
import { type MeanImage, readBinaryproto } from './mean-image.js';

const NUMPY_MAGIC = 0x93;

/** What comes off the pixels, 0 to 255: an image, or one number for each of B, G and R. */
export type CaffeMean = MeanImage | readonly [blue: number, green: number, red: number];

/**
 * Reads a mean: a `.binaryproto`, an `.npy` of `[3, h, w]`, `[1, 3, h, w]` or `[3]` as pycaffe's
 * `ilsvrc_2012_mean.npy`, or the three numbers themselves. BGR in all of them.
 *
 * @throws FormatError bad-shape
 */
export async function readMean(
  mean: Uint8Array | ByteSource | readonly [blue: number, green: number, red: number],
): Promise<CaffeMean> {
  if (Array.isArray(mean)) return mean as readonly [number, number, number];
  const source = asSource(mean as Uint8Array | ByteSource);
  const bytes = await source.read(0, source.size);
  if (bytes[0] !== NUMPY_MAGIC) return readBinaryproto(bytes);
  const { readNpy } = await import('../numpy/read-npy.js');
  const { shape, read } = await readNpy(bytes, 'mean');
  const sides = shape.length === 4 && shape[0] === 1 ? shape.slice(1) : shape;
  const [channels, height = 1, width = 1] = sides;
  if (channels !== 3 || sides.length > 3 || sides.length === 2 || height * width === 0) {
    throw new FormatError(
      'bad-shape',
      `caffe: a mean of shape [${shape}], expected [3, h, w] or [3]`,
    );
  }
  const data = await read();
  const [blue = 0, green = 0, red = 0] = data;
  return height * width === 1 ? [blue, green, red] : { height, width, data };
}
