import { availableParallelism } from 'node:os';
import type { Place } from '@alexnet/augment';
import { createLoader } from '@alexnet/augment/loader';
import type { Pixels } from '@alexnet/model';
import type { BatchFeed } from '@alexnet/trainer';
import { CommandError } from './failure.js';
import { divisionOf } from './run/division.js';
import type { RunRecord } from './run-folder.js';

/** Training batches made in worker threads while the network computes. */
export interface LoaderFeed {
  readonly feed: BatchFeed;
  close(): Promise<void>;
}

/**
 * The batches `train` would make itself, bit for bit, made beside it.
 *
 * @param share of every batch: that of one process of many
 * @param bytes whether a device normalizes them
 * @param workers threads; one core is left to the thread that computes
 */
export async function openLoaderFeed(
  plan: RunRecord,
  share: Place,
  bytes: boolean,
  workers = workersAsked(process.env.ALEXNET_WORKERS) ?? Math.max(1, availableParallelism() - 1),
): Promise<LoaderFeed> {
  const loader = await createLoader({
    source: plan.data,
    ...divisionOf(plan),
    batch: plan.recipe.batchSize,
    share,
    operations: plan.recipe.augment,
    preprocessing: plan.preprocessing,
    colors: plan.colors,
    seed: plan.seed,
    workers,
    // The command counts unreadable images itself, over the whole run.
    maxBrokenShare: 1,
    bytes,
  });
  return {
    async *feed(epoch, firstStep) {
      for await (const batch of loader.epoch(epoch, firstStep)) {
        // A copy: the loader uses its memory again, and backends may keep what they are given.
        yield { ...batch, pixels: copyOf(batch.pixels) };
      }
    },
    close: () => loader.close(),
  };
}

/** `ALEXNET_WORKERS`; null where it is not set. @throws CommandError `usage` */
export function workersAsked(text = ''): number | null {
  if (text === '') return null;
  const workers = Number(text);
  if (Number.isSafeInteger(workers) && workers > 0) return workers;
  throw new CommandError('usage', `ALEXNET_WORKERS=${text}: expected a whole number of at least 1`);
}

function copyOf(pixels: Pixels): Pixels {
  return pixels instanceof Float32Array
    ? new Float32Array(pixels)
    : { ...pixels, words: new Int32Array(pixels.words) };
}
