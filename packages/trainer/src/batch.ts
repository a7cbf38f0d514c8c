import {
  augmentInto,
  type ColorStatistics,
  createExampleRngs,
  type RgbImage,
  randomResizedCropOp,
} from '@alexnet/augment';
import type { Preprocessing } from '@alexnet/model';
import { colorPcaIn, type Recipe } from './recipe.js';

/** Labelled images that can be read in any order. `@alexnet/data`'s splits are such. */
export interface ImageSource {
  /** What can be read; a label is a class index. */
  readonly records: readonly { readonly id: string; readonly label: number }[];
  /**
   * Decodes one image; rejects when it cannot be decoded. `fast` allows a decoder that is a gray
   * level or two off: enough for training, where colors are shifted at random anyway.
   */
  image(index: number, options?: { readonly fast?: boolean }): Promise<RgbImage>;
}

/** An image that could not be read, and why. */
export interface SkippedImage {
  readonly id: string;
  readonly reason: string;
}

/** Pixels ready for the network, with their labels. */
export interface Batch {
  /** Preprocessed pixels, [n, height, width, 3], channel order and range as the preprocessing says. */
  readonly pixels: Float32Array;
  readonly imageShape: readonly [height: number, width: number, channels: number];
  /** Class indices, [n]. */
  readonly labels: Int32Array;
  /** Of the images, [n]. */
  readonly ids: readonly string[];
  /** Images of this batch that could not be read; n is smaller by as many. */
  readonly skipped: readonly SkippedImage[];
}

/**
 * One training batch: images read side by side, then cropped, mirrored and recolored.
 * The result depends on (seed, epoch, position in the epoch) alone, not on timing.
 */
export async function trainingBatch(
  source: ImageSource,
  indices: Uint32Array,
  options: {
    readonly seed: number;
    readonly epoch: number;
    readonly preprocessing: Preprocessing;
    readonly colors: ColorStatistics;
    readonly recipe: Recipe['augment'];
    /** Where in the epoch's order `indices` begin. */
    readonly firstPosition: number;
  },
): Promise<Batch> {
  const { recipe, preprocessing, colors, seed, epoch } = options;
  const read = (index: number) => source.image(index, { fast: true });
  const own = { ...recipe, colorPca: colorPcaIn(recipe, epoch) };
  const positions = new Map(
    Array.from(indices, (index, at) => [index, options.firstPosition + at]),
  );
  const place = (pixels: Float32Array, offset: number, image: RgbImage, index: number) => {
    const position = positions.get(index) ?? 0;
    const rngs = createExampleRngs({ seed, epoch, index: position, chunk: recipe.chunk });
    const keys = { colors, recipe: own, ...rngs };
    if (!recipe.randomResizedCrop) {
      augmentInto(pixels, offset, image, { preprocessing, ...keys });
      return;
    }
    const view = randomResizedCropOp(preprocessing.crop).apply(image, rngs.rng) as RgbImage;
    const shorterSide = Math.min(view.height, view.width);
    augmentInto(pixels, offset, view, {
      preprocessing: { ...preprocessing, resize: { shorterSide } },
      ...keys,
    });
  };
  return fillBatch({ records: source.records, image: read }, indices, preprocessing, place);
}

/** Reads `indices` and lets `place` write each image's pixels; unreadable ones are left out. */
export async function fillBatch(
  source: ImageSource,
  indices: ArrayLike<number>,
  preprocessing: Preprocessing,
  place: (pixels: Float32Array, offset: number, image: RgbImage, index: number) => void,
  viewsPerImage = 1,
): Promise<Batch> {
  const { height, width } = preprocessing.crop;
  const size = height * width * 3 * viewsPerImage;
  const read = await Promise.allSettled(Array.from(indices, (index) => source.image(index)));
  const pixels = new Float32Array(read.length * size);
  const labels: number[] = [];
  const ids: string[] = [];
  const skipped: SkippedImage[] = [];
  read.forEach((outcome, position) => {
    const index = indices[position] as number;
    const { id, label } = source.records[index] as ImageSource['records'][number];
    if (outcome.status === 'rejected') {
      const { reason } = outcome;
      skipped.push({ id, reason: reason instanceof Error ? reason.message : String(reason) });
      return;
    }
    place(pixels, labels.length * size, outcome.value, index);
    labels.push(label);
    ids.push(id);
  });
  return {
    pixels: pixels.subarray(0, labels.length * size),
    imageShape: [height, width, 3],
    labels: Int32Array.from(labels),
    ids,
    skipped,
  };
}
