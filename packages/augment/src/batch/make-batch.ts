import type { RgbImage } from '@alexnet/files/image';
import type { Batch, SkippedImage } from './batch.js';

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
  /** Changes the finished batch in place. */
  finish?(batch: Batch): void;
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
}

/** Reads the images at `indices` and makes a batch of them; those that cannot be read are left out. */
export async function makeBatch(
  source: ImageSource,
  indices: ArrayLike<number>,
  maker: ExampleMaker,
  options: MakeBatchOptions,
): Promise<Batch> {
  const { classes, fast = false, ahead = 16 } = options;
  const { height, width, views } = maker;
  const size = height * width * 3 * views;
  const out = options.out ?? new Float32Array(indices.length * size);
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
      maker.write(out, labels.length * size, image, position);
      labels.push(label);
      ids.push(id);
    }
    reading.shift();
  }
  const batch = {
    pixels: out.subarray(0, labels.length * size),
    imageShape: [height, width, 3] as const,
    labels: Int32Array.from(labels),
    targets: oneHot(labels, classes),
    ids,
    skipped,
  };
  maker.finish?.(batch);
  return batch;
}

/** `[labels, classes]` */
function oneHot(labels: readonly number[], classes: number): Float32Array {
  const rows = new Float32Array(labels.length * classes);
  for (const [row, label] of labels.entries()) rows[row * classes + label] = 1;
  return rows;
}
