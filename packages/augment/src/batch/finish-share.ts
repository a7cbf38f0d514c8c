import type { Pixels } from '@alexnet/model';
import type { Batch } from './batch.js';
import { oneHot } from './one-hot.js';

/** The whole batch that images are a share of. */
export interface WholeBatch {
  /** Of all its images in the source. */
  readonly indices: ArrayLike<number>;
  /** Place of the first image of the share among them. */
  readonly from: number;
}

/**
 * Finishes a share of a batch whose images do not change each other: then `finish` changes targets
 * alone, and does so for the labels of the whole batch, of which the share's targets are cut out. Images
 * of other shares count whether they can be read or not.
 *
 * @param labelOf Class of an image of the source.
 * @param count Images of the share, broken ones included.
 */
export function finishShare<P extends Pixels>(
  batch: Batch<P>,
  { indices, from }: WholeBatch,
  count: number,
  classes: number,
  labelOf: (index: number) => number,
  finish: (whole: Batch<P>) => void,
): Batch<P> {
  const all = Array.from(indices, labelOf);
  const labels = [...all.slice(0, from), ...batch.labels, ...all.slice(from + count)];
  const targets = oneHot(labels, classes);
  finish({ ...batch, labels: Int32Array.from(labels), targets });
  const end = from + batch.labels.length;
  return { ...batch, targets: targets.slice(from * classes, end * classes) };
}
