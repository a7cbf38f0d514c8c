import type { RgbImage } from '@alexnet/files/image';
import { type Pixels, slicePixels } from '@alexnet/model';
import type { NormalizedCrop } from '../normalize-crop.js';
import type { Batch, SkippedImage } from './batch.js';
import { byteImages, writeByteCrop } from './byte-crops.js';
import { finishShare, type WholeBatch } from './finish-share.js';
import { oneHot } from './one-hot.js';

/** Labeled images that can be read in any order. Splits of `@alexnet/data` are such. */
export interface ImageSource {
  /** What can be read; a label is a class index. */
  readonly records: readonly { readonly id: string; readonly label: number }[];
  /**
   * Decodes one image; rejects when it cannot be decoded. `fast` allows a decoder that is a gray
   * level or two off: enough for training, where colors are shifted at random anyway.
   */
  image(index: number, options?: { readonly fast?: boolean }): Promise<RgbImage>;
}

/** Makes inputs of decoded images: a pipeline for training, a preparation for evaluation. */
export interface ExampleMaker {
  readonly height: number;
  readonly width: number;
  /** Inputs made of one image: 10 with ten crops. */
  readonly views: number;
  /**
   * Writes `[views, height, width, 3]` float32 at `offset`.
   *
   * @param position Of the image in the batch, counting those that could not be read.
   */
  write(out: Float32Array, offset: number, image: RgbImage, position: number): void;
  /** Where its inputs are nothing but normalized crops. */
  readonly bytes?: ByteMaker;
  /** Changes the finished batch in place. */
  finish?(batch: Batch): void;
}

/** Makes inputs as bytes, which a device normalizes. */
export interface ByteMaker {
  /** The `views` crops of an image, good until the next are asked for. */
  crops(image: RgbImage, position: number): readonly NormalizedCrop[];
  /** `[height, width, 3]` in the channel order of the output, to be subtracted; null without. */
  readonly mean: Float32Array | null;
  /** Changes the targets of the finished batch in place. */
  finish?(batch: Batch<Pixels>): void;
}

/** How images are read and where the batch goes. */
export interface MakeBatchOptions {
  /** Length of a row of targets. */
  readonly classes: number;
  readonly fast?: boolean;
  /** Images read side by side; default 16. */
  readonly ahead?: number;
  /** Receives the pixels, from its beginning; default new memory. */
  readonly out?: Float32Array;
  /** Of a share of a batch whose images do not change each other: its targets are those in the whole. */
  readonly whole?: WholeBatch | undefined;
}

/** Reads the images at `indices` and makes a batch of them; those that cannot be read are left out. */
export async function makeBatch(
  source: ImageSource,
  indices: ArrayLike<number>,
  maker: ExampleMaker,
  options: MakeBatchOptions,
): Promise<Batch> {
  const { height, width, views } = maker;
  const size = height * width * 3 * views;
  const out = options.out ?? new Float32Array(indices.length * size);
  const read = await readImages(source, indices, options, (image, place, position) => {
    maker.write(out, place * size, image, position);
  });
  const pixels = out.subarray(0, read.labels.length * size);
  const batch = { pixels, imageShape: [height, width, 3] as const, ...read };
  return finished(source, indices, batch, options, maker.finish);
}

/** How a batch of bytes is made. */
export interface MakeByteBatchOptions extends MakeBatchOptions {
  /** Receives the words; default new memory. */
  readonly words?: Int32Array;
}

/** The same as bytes where the maker gives such: normalized on a device they are equal to rounding. */
export async function makeByteBatch(
  source: ImageSource,
  indices: ArrayLike<number>,
  maker: ExampleMaker,
  options: MakeByteBatchOptions,
): Promise<Batch<Pixels>> {
  const { height, width, views, bytes } = maker;
  if (!bytes) return makeBatch(source, indices, maker, options);
  const imageShape = [height, width, 3] as const;
  const all = byteImages(indices.length * views, imageShape, bytes.mean, options.words);
  const read = await readImages(source, indices, options, (image, place, position) => {
    bytes.crops(image, position).forEach((crop, view) => {
      writeByteCrop(all, place * views + view, crop);
    });
  });
  const pixels = slicePixels(all, imageShape, 0, read.labels.length * views);
  const batch: Batch<Pixels> = { pixels, imageShape, ...read };
  return finished(source, indices, batch, options, bytes.finish);
}

function finished<P extends Pixels>(
  source: ImageSource,
  indices: ArrayLike<number>,
  batch: Batch<P>,
  { whole, classes }: MakeBatchOptions,
  finish?: (batch: Batch<P>) => void,
): Batch<P> {
  if (whole !== undefined && finish !== undefined) {
    const labelOf = (index: number) => source.records[index]?.label ?? 0;
    return finishShare(batch, whole, indices.length, classes, labelOf, finish);
  }
  finish?.(batch);
  return batch;
}

/** Reads images in order, some ahead, and hands each that can be read over with its place among them. */
async function readImages(
  source: ImageSource,
  indices: ArrayLike<number>,
  { classes, fast = false, ahead = 16 }: Omit<MakeBatchOptions, 'out' | 'whole'>,
  take: (image: RgbImage, place: number, position: number) => void,
): Promise<Omit<Batch, 'pixels' | 'imageShape'>> {
  const labels: number[] = [];
  const ids: string[] = [];
  const skipped: SkippedImage[] = [];
  const reading: Promise<RgbImage>[] = [];
  let next = 0;
  const read = () => {
    if (next >= indices.length) return false;
    const image = source.image(indices[next++] as number, { fast });
    // A rejection is looked at in its turn, not as an unhandled one before it.
    image.catch(() => undefined);
    return reading.push(image) < ahead;
  };
  for (let position = 0; position < indices.length; position++) {
    while (read());
    const { id, label } = source.records[indices[position] as number] as ImageSource['records'][0];
    const image = await (reading[0] as Promise<RgbImage>).catch((error: unknown) => {
      skipped.push({ id, reason: error instanceof Error ? error.message : String(error) });
      return null;
    });
    if (image !== null) {
      take(image, labels.length, position);
      labels.push(label);
      ids.push(id);
    }
    reading.shift();
  }
  return { labels: Int32Array.from(labels), targets: oneHot(labels, classes), ids, skipped };
}
