import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import { fastDecoderName, type OpenOptions, openDataset } from '@alexnet/data';
import { type Pixels, wordsOf } from '@alexnet/model';
import type { Batch } from '../batch/batch.js';
import { byteMeanOf } from '../batch/byte-crops.js';
import { type Place, shareOf, sliceBatch } from '../batch/share.js';
import { countClasses } from '../class-counts.js';
import { createEpochOrder } from '../epoch-order.js';
import { createPipeline } from '../pipeline/create-pipeline.js';
import type { OperationInput } from '../pipeline/operations.js';
import type { PipelineContext } from '../pipeline/step.js';
import type { WorkerSetup } from './messages.js';
import { createSlot, type OpenSlot, openSlot } from './slot.js';
import { createWorkerPool, type WorkerDeath } from './worker-pool.js';

/** What a loader makes, and with how many hands. */
export interface LoaderOptions
  extends PipelineContext,
    Pick<OpenOptions, 'validationShare' | 'cacheDir' | 'onProgress' | 'signal'> {
  /** What `openDataset` of `@alexnet/data` takes; every worker opens it. */
  readonly source: string;
  /** Which split; default `train`. */
  readonly split?: 'train' | 'validation';
  /** Seed of `openDataset`, which decides what is held out; default 0. */
  readonly splitSeed?: number;
  /** Images a batch. */
  readonly batch: number;
  /** Make this share of every batch alone; default all of it. */
  readonly share?: Place;
  /** What is done to every image and batch, in order. */
  readonly operations: readonly OperationInput[];
  /** Decides order, crops, flips and noise; default 0. */
  readonly seed?: number;
  /** Random order; default true for `train`. */
  readonly shuffle?: boolean;
  /** Worker threads; default one a core. */
  readonly workers?: number;
  /** Batches made ahead; default two a worker. Each takes shared memory. */
  readonly prefetch?: number;
  /**
   * Make bytes for a device to normalize, where `operations` allow it: a quarter of the memory. Default
   * false: floats.
   */
  readonly bytes?: boolean;
  /** Use the fast JPEG decoder where it loads; default true. */
  readonly fast?: boolean;
  /** Share of unreadable images that stops an epoch; default 0.01. */
  readonly maxBrokenShare?: number;
  /** Told about every worker that died; its batch is made again. */
  readonly onWorkerDeath?: (death: WorkerDeath) => void;
  /** Given every worker thread that is started, to watch it. */
  readonly onWorkerStart?: (worker: Worker) => void;
}

/** One batch of an epoch; its pixels are overwritten as soon as the next batch is asked for. */
export interface LoaderBatch<P extends Pixels = Float32Array> extends Batch<P> {
  /** Number in the epoch. */
  readonly index: number;
}

/** Worker threads that make the training batches of a source. */
export interface Loader<P extends Pixels = Float32Array> {
  readonly classNames: readonly string[];
  /** Images an epoch, broken ones included. */
  readonly images: number;
  /** Batches an epoch, the last one perhaps smaller. */
  readonly batches: number;
  /** What decodes JPEGs: results differ by a few gray levels between the two. */
  readonly decoder: 'jpeg-turbo' | 'sharp';
  /**
   * The batches of one epoch, in order. The same bits whatever the number of workers and wherever it
   * begins.
   *
   * @param from Batch to begin with, to go on after an interruption.
   * @throws {Error} when another epoch is still read, too many images are broken, or workers keep
   * dying.
   */
  epoch(epoch: number, from?: number): AsyncGenerator<LoaderBatch<P>, void, void>;
  /** Stops the workers at once. */
  close(): Promise<void>;
}

/**
 * Makes augmented training batches in worker threads.
 *
 * No more than `prefetch` batches are ever ahead of the one in use: a slow consumer stops the
 * workers, it does not fill the memory.
 */
export function createLoader(
  options: LoaderOptions & { readonly bytes: boolean },
): Promise<Loader<Pixels>>;
export function createLoader(options: LoaderOptions): Promise<Loader>;
export async function createLoader(options: LoaderOptions): Promise<Loader<Pixels>> {
  const { source, split = 'train', batch, operations, seed = 0 } = options;
  const { preprocessing, colors = null } = options;
  const { workers = availableParallelism(), shuffle = split === 'train', fast = true } = options;
  const prefetch = options.prefetch ?? 2 * workers;
  for (const [name, value] of Object.entries({ batch, workers, prefetch })) {
    if (!Number.isInteger(value) || value < 1) {
      throw new RangeError(`${name} must be a whole number above 0, not ${value}`);
    }
  }
  // Checked here first: errors come out plainly, not from a worker.
  const { height, width, mixes, ...checked } = createPipeline(operations, {
    preprocessing,
    colors,
  });
  const bytes = options.bytes === true && checked.givesBytes;
  const { share = { rank: 0, size: 1 } } = options;
  // Of a batch whose images change each other all are made, and the share is cut out.
  const made = mixes ? { rank: 0, size: 1 } : share;
  const cut = (whole: LoaderBatch<Pixels>): LoaderBatch<Pixels> =>
    mixes && share.size > 1 ? { index: whole.index, ...sliceBatch(whole, share) } : whole;
  const open = {
    splitSeed: options.splitSeed ?? 0,
    ...(options.validationShare === undefined ? {} : { validationShare: options.validationShare }),
    ...(options.cacheDir === undefined ? {} : { cacheDir: options.cacheDir }),
  };
  // Opened here first too, and so that what has to be prepared is prepared once.
  const { onProgress, signal } = options;
  const dataset = await openDataset(source, {
    ...open,
    ...(onProgress && { onProgress }),
    ...(signal && { signal }),
  });
  const { classNames } = dataset;
  const count = dataset[split].records.length;
  const classCounts = countClasses(dataset[split].records, classNames.length);
  await dataset.close();

  const imageShape = [height, width, 3] as const;
  const size = bytes ? wordsOf(imageShape) : height * width * 3;
  const mean = bytes ? byteMeanOf(preprocessing) : null;
  // Packed images are seldom longer than twice their shorter side.
  const pixels = 2 * preprocessing.resize.shorterSide ** 2 * 3;
  const slots = Array.from({ length: prefetch + 1 }, () =>
    createSlot(Math.ceil(batch / made.size) * size * Float32Array.BYTES_PER_ELEMENT, pixels),
  );
  const opened = slots.map(openSlot);
  const setup: WorkerSetup = {
    source,
    open,
    split,
    operations,
    context: { preprocessing, colors, classCounts },
    classes: classNames.length,
    seed,
    fast,
    bytes,
    slots,
  };
  const start = () => {
    const worker = new Worker(new URL('./loader-worker.js', import.meta.url), {
      workerData: setup,
    });
    options.onWorkerStart?.(worker);
    return worker;
  };
  const pool = createWorkerPool(workers, start, (death) => options.onWorkerDeath?.(death));
  const batches = Math.ceil(count / batch);
  const allowedBroken = (options.maxBrokenShare ?? 0.01) * count;
  let reading = false;

  async function* epoch(
    number: number,
    begin = 0,
  ): AsyncGenerator<LoaderBatch<Pixels>, void, void> {
    if (reading) throw new Error('finish or leave the epoch that is being read first');
    reading = true;
    const order = shuffle
      ? createEpochOrder(count, seed, number)
      : Uint32Array.from({ length: count }, (_, i) => i);
    const free = [...slots.keys()];
    const ahead: { readonly slot: number; readonly result: ReturnType<typeof pool.run> }[] = [];
    let next = begin;
    let broken = 0;
    const launch = () => {
      for (let slot = free.pop(); slot !== undefined; slot = free.pop()) {
        if (next >= batches) return;
        const start = next++ * batch;
        const end = Math.min(start + batch, count);
        const { from, to } = shareOf(end - start, made);
        const first = start + from;
        const indices = order.slice(first, start + to);
        const whole = made.size > 1 ? { indices: order.slice(start, end), from } : undefined;
        const result = pool.run({ slot, epoch: number, first, indices, whole });
        // Looked at when its turn comes; until then a rejection is not unhandled.
        result.catch(() => {});
        ahead.push({ slot, result });
      }
    };
    try {
      launch();
      for (let index = begin; index < batches; index++) {
        const turn = ahead.shift();
        if (turn === undefined) return;
        const { table, ...result } = await turn.result;
        broken += result.skipped.length;
        if (broken > allowedBroken) throw tooManyBroken(broken, index, batch, result.skipped);
        const { batch: floats, words } = opened[turn.slot] as OpenSlot;
        const length = result.labels.length * size;
        const pixels = table
          ? { words: words.subarray(0, length), table, mean }
          : floats.subarray(0, length);
        yield cut({ index, pixels, imageShape, ...result });
        free.push(turn.slot);
        launch();
      }
    } finally {
      pool.cancelQueued();
      await Promise.allSettled(ahead.map(({ result }) => result));
      reading = false;
    }
  }
  return {
    classNames,
    images: count,
    batches,
    decoder: fast ? fastDecoderName() : 'sharp',
    epoch,
    close: pool.close,
  };
}

function tooManyBroken(
  broken: number,
  index: number,
  batch: number,
  last: Batch['skipped'],
): Error {
  const example =
    last[0] === undefined ? '' : `, the last being "${last[0].id}" (${last[0].reason})`;
  return new Error(
    `${broken} of the first ${(index + 1) * batch} images cannot be read${example}; repair them, or allow a larger share`,
  );
}
