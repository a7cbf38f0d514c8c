import type { Batch } from '../batch/batch.js';
import type { WholeBatch } from '../batch/finish-share.js';
import type { OperationInput } from '../pipeline/operations.js';
import type { PipelineContext } from '../pipeline/step.js';
import type { Slot } from './slot.js';

/** What every worker is started with. */
export interface WorkerSetup {
  readonly source: string;
  readonly open: {
    readonly splitSeed?: number;
    readonly validationShare?: number;
    readonly cacheDir?: string;
  };
  readonly split: 'train' | 'validation';
  readonly operations: readonly OperationInput[];
  readonly context: PipelineContext;
  /** Length of a row of targets. */
  readonly classes: number;
  readonly seed: number;
  readonly fast: boolean;
  /** As bytes instead of floats. */
  readonly bytes: boolean;
  /** Shared memory of the batches: `[batch, height, width, 3]` float32, or the words of bytes. */
  readonly slots: readonly Slot[];
}

/** Asks a worker to end once its job is done. */
export const END = 'end';

/** One batch to be made. */
export interface Job {
  readonly slot: number;
  readonly epoch: number;
  /** Position in the epoch of the first image. */
  readonly first: number;
  /** Records of the split, in order. */
  readonly indices: Uint32Array;
  /** What they are a share of. */
  readonly whole?: WholeBatch | undefined;
}

/** A batch but for its pixels, which lie in the slot; broken images leave no gap. */
export type JobResult = Omit<Batch, 'pixels' | 'imageShape'> & {
  /** Of bytes: what normalizes them. */
  readonly table?: Float32Array;
};

/** What a worker says. `failed` is an error of the source, which another worker would meet too. */
export type WorkerMessage =
  | { readonly type: 'ready' }
  | { readonly type: 'done'; readonly result: JobResult }
  | { readonly type: 'failed'; readonly message: string };
