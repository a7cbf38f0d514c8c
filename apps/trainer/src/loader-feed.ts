import { availableParallelism } from 'node:os';
import { createEpochOrder } from '@alexnet/augment';
import { createLoader, type Loader } from '@alexnet/augment/loader';
import { type BatchFeed, colorPcaIn, type ImageSource } from '@alexnet/trainer';
import type { RunRecord } from './run-folder.js';

/** Training batches made in worker threads while the network computes. */
export interface LoaderFeed {
  readonly feed: BatchFeed;
  close(): Promise<void>;
}

/**
 * The batches `train` would make itself, bit for bit, made beside it; null for recipes whose crops
 * the loader does not know.
 */
export function openLoaderFeed(
  plan: RunRecord,
  records: ImageSource['records'],
): LoaderFeed | null {
  const { recipe, preprocessing } = plan;
  const { augment, batchSize } = recipe;
  if (augment.randomResizedCrop) return null;
  const { height, width } = preprocessing.crop;
  const loaders = new Map<number, Promise<Loader>>();
  const loaderWith = (colorPca: number) => {
    const opened =
      loaders.get(colorPca) ??
      createLoader({
        source: plan.data,
        splitSeed: plan.seed,
        batch: batchSize,
        preprocessing,
        recipe: { ...augment, colorPca },
        colors: plan.colors,
        seed: plan.seed,
        chunk: augment.chunk,
        // One core is left to the thread that computes.
        workers: Math.max(1, availableParallelism() - 1),
        // The command counts unreadable images itself, over the whole run.
        maxBrokenShare: 1,
      });
    loaders.set(colorPca, opened);
    return opened;
  };
  return {
    async *feed(epoch, firstStep) {
      const loader = await loaderWith(colorPcaIn(augment, epoch));
      const order = createEpochOrder(records.length, plan.seed, epoch);
      for await (const { index, images, labels, broken } of loader.epoch(epoch, firstStep)) {
        const unread = new Set(broken.map(({ id }) => id));
        const first = index * batchSize;
        yield {
          // A copy: the loader uses its memory again, and backends may keep what they are given.
          pixels: new Float32Array(images),
          imageShape: [height, width, 3],
          labels,
          ids: Array.from(
            order.subarray(first, first + batchSize),
            (at) => records[at]?.id ?? '',
          ).filter((id) => !unread.has(id)),
          skipped: broken,
        };
      }
    },
    async close() {
      for (const loader of loaders.values())
        await loader.then(
          (opened) => opened.close(),
          () => {},
        );
    },
  };
}
