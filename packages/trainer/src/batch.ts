import {
  augmentInto,
  type ColourStatistics,
  createExampleRngs,
  type Picture,
  randomResizedCropOp,
} from '@alexnet/augment';
import type { Preprocessing } from '@alexnet/model';
import { colourPcaIn, type Recipe } from './recipe.js';

/** Labelled pictures that can be read in any order. `@alexnet/data`'s splits are such. */
export interface PictureSource {
  /** What can be read; a label is a class index. */
  readonly records: readonly { readonly id: string; readonly label: number }[];
  /**
   * Decodes one picture; rejects when it cannot be decoded. `fast` allows a decoder that is a grey
   * level or two off: enough for training, where colours are shifted at random anyway.
   */
  picture(index: number, options?: { readonly fast?: boolean }): Promise<Picture>;
}

/** A picture that could not be read, and why. */
export interface SkippedPicture {
  readonly id: string;
  readonly reason: string;
}

/** Pixels ready for the network, with their labels. */
export interface Batch {
  /** Preprocessed pixels, [n, height, width, 3], channel order and range as the preprocessing says. */
  readonly pixels: Float32Array;
  readonly pictureShape: readonly [height: number, width: number, channels: number];
  /** Class indices, [n]. */
  readonly labels: Int32Array;
  /** Of the pictures, [n]. */
  readonly ids: readonly string[];
  /** Pictures of this batch that could not be read; n is smaller by as many. */
  readonly skipped: readonly SkippedPicture[];
}

/**
 * One training batch: pictures read side by side, then cropped, mirrored and recoloured.
 * The result depends on (seed, epoch, position in the epoch) alone, not on timing.
 */
export async function trainingBatch(
  source: PictureSource,
  indices: Uint32Array,
  options: {
    readonly seed: number;
    readonly epoch: number;
    readonly preprocessing: Preprocessing;
    readonly colours: ColourStatistics;
    readonly recipe: Recipe['augment'];
    /** Where in the epoch's order `indices` begin. */
    readonly firstPosition: number;
  },
): Promise<Batch> {
  const { recipe, preprocessing, colours, seed, epoch } = options;
  const read = (index: number) => source.picture(index, { fast: true });
  const own = { ...recipe, colourPca: colourPcaIn(recipe, epoch) };
  const positions = new Map(
    Array.from(indices, (index, at) => [index, options.firstPosition + at]),
  );
  const place = (pixels: Float32Array, offset: number, picture: Picture, index: number) => {
    const position = positions.get(index) ?? 0;
    const rngs = createExampleRngs({ seed, epoch, index: position, chunk: recipe.chunk });
    const keys = { colours, recipe: own, ...rngs };
    if (!recipe.randomResizedCrop) {
      augmentInto(pixels, offset, picture, { preprocessing, ...keys });
      return;
    }
    const view = randomResizedCropOp(preprocessing.crop).apply(picture, rngs.rng) as Picture;
    const shorterSide = Math.min(view.height, view.width);
    augmentInto(pixels, offset, view, {
      preprocessing: { ...preprocessing, resize: { shorterSide } },
      ...keys,
    });
  };
  return fillBatch({ records: source.records, picture: read }, indices, preprocessing, place);
}

/** Reads `indices` and lets `place` write each picture's pixels; unreadable ones are left out. */
export async function fillBatch(
  source: PictureSource,
  indices: ArrayLike<number>,
  preprocessing: Preprocessing,
  place: (pixels: Float32Array, offset: number, picture: Picture, index: number) => void,
  viewsPerPicture = 1,
): Promise<Batch> {
  const { height, width } = preprocessing.crop;
  const size = height * width * 3 * viewsPerPicture;
  const read = await Promise.allSettled(Array.from(indices, (index) => source.picture(index)));
  const pixels = new Float32Array(read.length * size);
  const labels: number[] = [];
  const ids: string[] = [];
  const skipped: SkippedPicture[] = [];
  read.forEach((outcome, position) => {
    const index = indices[position] as number;
    const { id, label } = source.records[index] as PictureSource['records'][number];
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
    pictureShape: [height, width, 3],
    labels: Int32Array.from(labels),
    ids,
    skipped,
  };
}
