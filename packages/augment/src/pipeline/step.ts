import type { Preprocessing } from '@alexnet/model';
import type * as v from 'valibot';
import type { Batch } from '../batch/batch.js';
import type { ColorStatistics } from '../color-statistics.js';
import type { Rng } from '../rng.js';
import type { SampleState } from './sample-state.js';
import type { View } from './view.js';

/** What a pipeline is made for, beside its operations. */
export interface PipelineContext {
  /** Sizes that operations leave open; channel order, range, mean and deviation of `normalize`. */
  readonly preprocessing: Preprocessing;
  /** Colors of the training set; needed by `fancyPca`. */
  readonly colors?: ColorStatistics | null;
  /** Training images of each class; needed by balanced `classWeights`. */
  readonly classCounts?: readonly number[];
}

/** Random numbers of one example. */
export interface Draws {
  readonly own: Rng;
  /** Crop and flip; shared by neighbors where an operation is `sharedBy` them, else `own`. */
  readonly placement: Rng;
}

/** Changes which pixels of an image are shown, or the pixels. */
export interface ImageStep {
  readonly stage: 'image';
  /** @throws {RangeError} saying what it takes instead, when it cannot take `input`. */
  describe(input: SampleState): SampleState;
  apply(view: View, draws: Draws): View;
}

/** Makes normalized floats of what is shown. */
export interface NormalizeStep {
  readonly stage: 'normalize';
  describe(input: SampleState): SampleState;
}

/** Changes one example `[height, width, 3]` of normalized floats in place. */
export interface PixelStep {
  readonly stage: 'pixels';
  describe(input: SampleState): SampleState;
  apply(pixels: Float32Array, height: number, width: number, draws: Draws): void;
}

/** Changes a whole batch and its targets in place. */
export interface BatchStep {
  readonly stage: 'batch';
  /** Whether images change each other: their batch cannot be made in parts. */
  readonly mixes: boolean;
  apply(batch: Batch, rng: Rng): void;
}

export type Step = ImageStep | NormalizeStep | PixelStep | BatchStep;

/** One operation: its options as data, and how it is done. */
export interface OperationKind<Schema extends v.GenericSchema> {
  /** Of an object with `op`, its name, and its options. */
  readonly schema: () => Schema;
  compile(options: v.InferOutput<Schema>, context: PipelineContext): Step;
}

/** A record of {@link OperationKind}. The schema is a function, so that bundlers may leave it out. */
// @__NO_SIDE_EFFECTS__
export function operation<Schema extends v.GenericSchema>(
  schema: () => Schema,
  compile: (options: v.InferOutput<Schema>, context: PipelineContext) => Step,
): OperationKind<Schema> {
  return { schema, compile };
}
