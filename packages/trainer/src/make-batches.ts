import {
  type Batch,
  createEpochOrder,
  type ImageSource,
  makeBatch,
  makeByteBatch,
  type Pipeline,
  shareOf,
  sliceBatch,
} from '@alexnet/augment';
import type { Pixels } from '@alexnet/model';
import { batchMemory } from './batch-memory.js';
import { prefetch } from './prefetch.js';
import { ALONE, type World } from './world/world.js';

/** Batches made while one is trained on. */
const AHEAD = 2;

/**
 * The training batches of one epoch from one step on, in the order and by the keys of `train`; with
 * other processes the share of this one. A batch's memory may be used again once the next is asked for.
 */
export type BatchFeed = (epoch: number, firstStep: number) => AsyncIterable<Batch<Pixels>>;

/** What batches are made of. */
export interface MakeBatchesOptions {
  readonly source: ImageSource;
  readonly pipeline: Pipeline;
  readonly classes: number;
  readonly batchSize: number;
  readonly seed: number;
  /** A batch is divided among its processes. */
  readonly world: World;
  /** As bytes where the pipeline gives such. */
  readonly bytes: boolean;
}

/** Makes batches in this thread, in memory that is used in turn: each is good until the next is asked for. */
export function makeBatches(options: MakeBatchesOptions): BatchFeed {
  const { source, pipeline, classes, batchSize, seed, world } = options;
  const count = source.records.length;
  // Images that change each other are made together, whoever trains on which of them.
  const place = pipeline.mixes ? ALONE : world;
  const { height, width } = pipeline;
  const bytes = options.bytes && pipeline.givesBytes;
  const images = Math.ceil(batchSize / place.size);
  const memory = batchMemory({ batches: AHEAD + 1, images, height, width, bytes });
  const make = bytes ? makeByteBatch : makeBatch;

  return (epoch, firstStep) => {
    const order = createEpochOrder(count, seed, epoch);
    const steps = Math.max(0, Math.ceil(count / batchSize) - firstStep);
    const load = async (index: number) => {
      const start = (firstStep + index) * batchSize;
      const indices = order.subarray(start, Math.min(start + batchSize, count));
      const { from, to } = shareOf(indices.length, place);
      const whole = place.size > 1 ? { indices, from } : undefined;
      const batch = await make(
        source,
        indices.subarray(from, to),
        pipeline.at({ seed, epoch, first: start + from }),
        { classes, fast: true, whole, ...memory() },
      );
      return pipeline.mixes && world.size > 1 ? sliceBatch(batch, world) : batch;
    };
    return prefetch(Array(steps).keys(), load, AHEAD);
  };
}
