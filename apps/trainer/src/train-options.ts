import type { ServeOptions } from './live/start-live.js';

/** `alexnet train` as it was typed. */
export interface TrainCommandOptions extends ServeOptions {
  readonly data?: string;
  readonly out: string;
  readonly init?: string;
  readonly freeze?: readonly string[];
  readonly preset?: string;
  readonly recipe?: string;
  readonly epochs?: number;
  readonly batchSize?: number;
  readonly lr?: number;
  /** Updates in all; `all` takes an earlier limit away. */
  readonly steps?: number | 'all';
  /** Milliseconds, as the next. */
  readonly time?: number;
  readonly checkpointEvery?: number;
  readonly seed?: number;
  readonly workers?: number;
  readonly backend?: string;
  readonly resume?: true;
  /** Share of unreadable images that stops the run, 0..1. */
  readonly maxBroken?: number;
  readonly set: readonly string[];
}
