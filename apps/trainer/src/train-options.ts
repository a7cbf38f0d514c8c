import type { ServeOptions } from './live/start-live.js';

/** `alexnet train` as it was typed. */
export interface TrainCommandOptions extends ServeOptions {
  readonly data?: string;
  readonly out: string;
  readonly init?: string;
  readonly freeze?: readonly string[];
  readonly preset?: string;
  readonly recipe: string;
  readonly epochs?: number;
  readonly batchSize?: number;
  readonly steps?: number;
  /** Milliseconds, as the next. */
  readonly time?: number;
  readonly checkpointEvery: number;
  readonly seed: number;
  readonly backend?: string;
  readonly resume?: true;
  /** Share of unreadable images that stops the run, 0..1. */
  readonly maxBroken: number;
  readonly set: readonly string[];
}
