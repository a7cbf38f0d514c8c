import type { Reading } from './measures.js';

/** One measure of one variant over its seeds. */
export interface Summary {
  readonly readings: readonly Reading[];
  readonly mean: number;
  /** Sample standard deviation; null for a single seed. */
  readonly sd: number | null;
  /** Some reading is a lower bound, so the mean is one. */
  readonly atLeast: boolean;
}

export function summarize(readings: readonly Reading[]): Summary {
  const count = readings.length;
  const mean = readings.reduce((sum, { value }) => sum + value, 0) / count;
  const squares = readings.reduce((sum, { value }) => sum + (value - mean) ** 2, 0);
  return {
    readings,
    mean,
    sd: count > 1 ? Math.sqrt(squares / (count - 1)) : null,
    atLeast: readings.some((reading) => reading.atLeast),
  };
}
