import type { Preprocessing } from '@alexnet/model';
import type { AugmentRecipe } from '../augment-into.js';
import type { ColorStatistics } from '../color-statistics.js';
import type { Slot } from './slot.js';

/** What every worker is started with. */
export interface WorkerSetup {
  readonly source: string;
  readonly open: {
    readonly seed?: number;
    readonly validationShare?: number;
    readonly cacheDir?: string;
  };
  readonly split: 'train' | 'validation';
  readonly preprocessing: Preprocessing;
  readonly recipe: AugmentRecipe;
  readonly colors: ColorStatistics | null;
  readonly seed: number;
  readonly chunk: number;
  readonly fast: boolean;
  /** Shared memory of the batches: `[batch, height, width, 3]` float32. */
  readonly slots: readonly Slot[];
}

/** One batch to be made. */
export interface Job {
  readonly slot: number;
  readonly epoch: number;
  /** Position in the epoch of the first image. */
  readonly first: number;
  /** Records of the split, in order. */
  readonly indices: Uint32Array;
}

/** An image that could not be decoded, and why. */
export interface BrokenImage {
  readonly id: string;
  readonly reason: string;
}

export interface JobResult {
  /** One label an image that was written; broken images leave no gap. */
  readonly labels: Int32Array;
  readonly broken: readonly BrokenImage[];
}

/** What a worker says. `failed` is an error of the source, which another worker would meet too. */
export type WorkerMessage =
  | { readonly type: 'ready' }
  | { readonly type: 'done'; readonly result: JobResult }
  | { readonly type: 'failed'; readonly message: string };
