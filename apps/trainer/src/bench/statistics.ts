/** What a set of times says, milliseconds. */
export interface Timing {
  readonly samples: number;
  readonly median: number;
  /** A quarter of the samples is below, a quarter above `upper`. */
  readonly lower: number;
  readonly upper: number;
  readonly fastest: number;
  readonly slowest: number;
}

/** @throws RangeError without a sample */
export function timingOf(samples: readonly number[]): Timing {
  if (samples.length === 0) throw new RangeError('there is no sample');
  const sorted = [...samples].sort((a, b) => a - b);
  return {
    samples: sorted.length,
    median: quantile(sorted, 0.5),
    lower: quantile(sorted, 0.25),
    upper: quantile(sorted, 0.75),
    fastest: quantile(sorted, 0),
    slowest: quantile(sorted, 1),
  };
}

/** Between two samples the value in proportion, as numpy's `quantile` does. */
export function quantile(sorted: readonly number[], share: number): number {
  const at = share * (sorted.length - 1);
  const low = sorted[Math.floor(at)] ?? Number.NaN;
  const high = sorted[Math.ceil(at)] ?? Number.NaN;
  return low + (high - low) * (at - Math.floor(at));
}
