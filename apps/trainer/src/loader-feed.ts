import { availableParallelism } from 'node:os';
import { createEpochOrder } from '@alexnet/augment';
import { createLoader, type Loader } from '@alexnet/augment/loader';
import { type BatchFeed, colourPcaIn, type PictureSource } from '@alexnet/trainer';
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
  records: PictureSource['records'],
): LoaderFeed | null {
  const { recipe, preprocessing } = plan;
  const { augment, batchSize } = recipe;
  if (augment.randomResizedCrop) return null;
  const { height, width } = preprocessing.crop;
  const loaders = new Map<number, Promise<Loader>>();
  const loaderWith = (colourPca: number) => {
    const opened =
      loaders.get(colourPca) ??
      createLoader({
        source: plan.data,
        splitSeed: plan.seed,
        batch: batchSize,
        preprocessing,
        recipe: { ...augment, colourPca },
        colours: plan.colours,
        seed: plan.seed,
        chunk: augment.chunk,
        // One core is left to the thread that computes.
        workers: Math.max(1, availableParallelism() - 1),
        // The command counts unreadable pictures itself, over the whole run.
        maxBrokenShare: 1,
      });
    loaders.set(colourPca, opened);
    return opened;
  };
  return {
    async *feed(epoch, firstStep) {
      const loader = await loaderWith(colourPcaIn(augment, epoch));
      const order = createEpochOrder(records.length, plan.seed, epoch);
      for await (const { index, pictures, labels, broken } of loader.epoch(epoch, firstStep)) {
        const unread = new Set(broken.map(({ id }) => id));
        const first = index * batchSize;
        yield {
          // A copy: the loader uses its memory again, and backends may keep what they are given.
          pixels: new Float32Array(pictures),
          pictureShape: [height, width, 3],
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
