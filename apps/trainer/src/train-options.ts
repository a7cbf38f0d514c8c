import type { ServeOptions } from './live/start-live.js';
import type { PrecisionChoice } from './open-backend.js';
import type { LimitOptions } from './run/run-limits.js';
import type { WorldOptions } from './team/world-options.js';

/** `alexnet train` as it was typed. */
export interface TypedOptions extends ServeOptions, LimitOptions, WorldOptions {
  readonly data?: string;
  readonly out?: string;
  readonly init?: string;
  readonly freeze?: readonly string[];
  readonly preset?: string;
  readonly recipe?: string;
  readonly epochs?: number;
  readonly batchSize?: number;
  readonly lr?: number;
  readonly earlyStopping?: number;
  readonly classWeights?: 'none' | 'balanced';
  readonly printRecipe?: true;
  /** Milliseconds. */
  readonly time?: number;
  readonly seed?: number;
  readonly splitSeed?: number;
  /** Share of each class held out, 0..1. */
  readonly validationShare?: number;
  readonly workers?: number;
  readonly backend?: string;
  readonly precision?: PrecisionChoice;
  readonly resume?: true;
  readonly set: readonly string[];
}

/** The options of a run that is trained, which has a folder. */
export interface TrainCommandOptions extends TypedOptions {
  readonly out: string;
}
