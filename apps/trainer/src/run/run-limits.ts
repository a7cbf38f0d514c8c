import { MAX_BROKEN_SHARE } from '../broken-images.js';

/** What bounds a run beside its recipe; kept with it, and what is given at --resume replaces it. */
export interface RunLimits {
  /** Updates in all after which training stops; null: the epochs of the recipe decide. */
  readonly steps: number | null;
  /** Share of unreadable images that stops the run, 0..1. */
  readonly maxBroken: number;
  /** Milliseconds between checkpoints within an epoch. */
  readonly checkpointEvery: number;
}

export const DEFAULT_LIMITS: RunLimits = {
  steps: null,
  maxBroken: MAX_BROKEN_SHARE,
  checkpointEvery: 600_000,
};

/** The limits as they were typed; `--steps all` takes one away. */
export interface LimitOptions {
  readonly steps?: number | 'all';
  readonly maxBroken?: number;
  readonly checkpointEvery?: number;
}

export function limitsOf(options: LimitOptions, before = DEFAULT_LIMITS): RunLimits {
  const { steps = before.steps } = options;
  return {
    steps: steps === 'all' ? null : steps,
    maxBroken: options.maxBroken ?? before.maxBroken,
    checkpointEvery: options.checkpointEvery ?? before.checkpointEvery,
  };
}
