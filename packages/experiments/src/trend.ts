import { towerRatio } from './measures.js';
import type { Outcome } from './outcome.js';
import type { RunResult } from './run-result.js';

/**
 * The ratio that one of twenty random halves reaches: a normal difference is beyond 1.96 of its
 * deviations in 5 % of draws, and √(2/π) of one in the mean.
 */
const SIGNIFICANT = 1.96 / Math.sqrt(2 / Math.PI);

/** Extrapolation beyond this says nothing. */
const MOST_EPOCHS = 10_000;

/**
 * How the towers of each followed variant came apart over the epochs, and when they would at that pace;
 * empty where an experiment follows none.
 */
export function trendSentences({ experiment, runs }: Outcome): string[] {
  return (experiment.followed ?? []).flatMap((variant) => {
    const own = runs.get(variant) ?? [];
    const epochs = Math.min(...own.map(({ curve }) => curve.length - 1));
    return own.length > 0 && epochs >= 2 ? [trendSentence(variant, own, epochs)] : [];
  });
}

function trendSentence(variant: string, own: readonly RunResult[], epochs: number): string {
  const looks = doublings(epochs);
  const means = looks.map((epoch) => meanRatio(own, epoch));
  const went = looks.map((epoch, at) => `${means[at]?.toFixed(2)} (${epoch})`).join(', ');
  const lead = `Mean over the seeds after so many epochs, “${variant}”: ${went}. One of twenty random halves reaches ${SIGNIFICANT.toFixed(2)}`;
  if ((means.at(-1) ?? 0) >= SIGNIFICANT) return `${lead}: these towers are beyond it in the mean.`;
  const needed = epochsTo(SIGNIFICANT, looks, means);
  const ahead =
    needed === null
      ? 'at its slope over the doublings of epochs it does not get there: more epochs of this size would not show it'
      : `at its slope over the doublings of epochs it gets there at about ${needed.toLocaleString('en-US')} epochs of these images`;
  return `${lead}; ${ahead}.`;
}

/** 1, 2, 4 … and the last. */
function doublings(last: number): number[] {
  const powers = Array.from({ length: Math.floor(Math.log2(last)) + 1 }, (_, at) => 2 ** at);
  return powers.at(-1) === last ? powers : [...powers, last];
}

function meanRatio(runs: readonly RunResult[], epoch: number): number {
  const ratios = runs.flatMap(({ curve }) => curve[epoch] ?? []).map(towerRatio);
  return ratios.reduce((sum, ratio) => sum + ratio, 0) / ratios.length;
}

/** From the last value on, at the slope of least squares over log2 of the epochs; null where that falls or takes too long. */
function epochsTo(
  wanted: number,
  epochs: readonly number[],
  values: readonly number[],
): number | null {
  const x = epochs.map(Math.log2);
  const mean = (of: readonly number[]) => of.reduce((sum, one) => sum + one, 0) / of.length;
  const [middleX, middle] = [mean(x), mean(values)];
  const along = x.reduce((sum, one, at) => sum + (one - middleX) * ((values[at] ?? 0) - middle), 0);
  const slope = along / x.reduce((sum, one) => sum + (one - middleX) ** 2, 0);
  const needed = (epochs.at(-1) ?? 0) * 2 ** ((wanted - (values.at(-1) ?? 0)) / slope);
  return slope > 0 && needed <= MOST_EPOCHS ? Math.ceil(needed) : null;
}
