import { type Pixels, slicePixels } from '@alexnet/model';
import type { Batch } from './batch.js';

/** One of several who divide the same images among them. */
export interface Place {
  /** Which, counted from 0. */
  readonly rank: number;
  /** Of how many. */
  readonly size: number;
}

/** What one of them has of `length` things in a row: neighbors, and each thing belongs to one. */
export function shareOf(
  length: number,
  { rank, size }: Place,
): { readonly from: number; readonly to: number } {
  const at = (index: number) => Math.floor((index * length) / size);
  return { from: at(rank), to: at(rank + 1) };
}

/** One's share of a whole batch; the images that could not be read are the first one's. */
export function sliceBatch<P extends Pixels>(batch: Batch<P>, place: Place): Batch<P> {
  const { length } = batch.labels;
  const { from, to } = shareOf(length, place);
  const classes = length === 0 ? 0 : batch.targets.length / length;
  return {
    ...batch,
    pixels: slicePixels(batch.pixels, batch.imageShape, from, to) as P,
    targets: batch.targets.subarray(from * classes, to * classes),
    labels: batch.labels.subarray(from, to),
    ids: batch.ids.slice(from, to),
    skipped: place.rank === 0 ? batch.skipped : [],
  };
}
