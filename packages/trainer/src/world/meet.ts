import type { Batch, SkippedImage } from '@alexnet/augment';
import type { World } from './world.js';

/** Where a share of a batch stands in the whole. */
export interface WholeBatch {
  /** Of all processes together. */
  readonly images: number;
  /** Images of the whole that come before the share. */
  readonly before: number;
}

/** What the processes tell each other before a step. */
export interface Meeting<Reason extends string> {
  readonly whole: WholeBatch;
  /** By all of them. */
  readonly skipped: readonly SkippedImage[];
  /** The first of `reasons` that one of them has. */
  readonly reason: Reason | null;
}

/** Tells the others how many images of its share a process has, and whether it wants to stop. */
export function meet<Reason extends string>(
  world: World,
  batch: Pick<Batch, 'labels' | 'skipped'>,
  own: Reason | null,
  reasons: readonly Reason[],
): Meeting<Reason> {
  const images = batch.labels.length;
  if (world.size === 1) {
    return { whole: { images, before: 0 }, skipped: batch.skipped, reason: own };
  }
  const said = new Float64Array(world.size + 1 + reasons.length);
  said[world.rank] = images;
  said[world.size] = batch.skipped.length;
  said.set(marks(own, reasons), world.size + 1);
  world.sum(said);
  const counts = [...said.subarray(0, world.size)];
  const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
  return {
    whole: { images: sum(counts), before: sum(counts.slice(0, world.rank)) },
    skipped: said[world.size] === 0 ? [] : world.gather(batch.skipped).flat(),
    reason: firstOf(said.subarray(world.size + 1), reasons),
  };
}

/** The first of `reasons` that a process has; the same for all. */
export function agree<Reason extends string>(
  world: World,
  own: Reason | null,
  reasons: readonly Reason[],
): Reason | null {
  if (world.size === 1) return own;
  const said = marks(own, reasons);
  world.sum(said);
  return firstOf(said, reasons);
}

function marks<Reason extends string>(own: Reason | null, reasons: readonly Reason[]) {
  return Float64Array.from(reasons, (reason) => (reason === own ? 1 : 0));
}

function firstOf<Reason extends string>(said: Float64Array, reasons: readonly Reason[]) {
  return reasons.find((_, at) => said[at] !== 0) ?? null;
}
