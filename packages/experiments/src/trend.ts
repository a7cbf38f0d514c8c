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
 * How the towers of the followed variant came apart over the epochs, and when they would at that pace;
 * null where an experiment follows none.
 */
export function trendSentence({ experiment, runs }: Outcome): string | null {
  const own = experiment.followed === undefined ? undefined : runs.get(experiment.followed);
  const epochs = Math.min(...(own ?? []).map(({ curve }) => curve.length - 1));
  if (!own || !(epochs >= 2)) return null;
  const looks = doublings(epochs);
  const means = looks.map((epoch) => meanRatio(own, epoch));
  const went = looks.map((epoch, at) => `${means[at]?.toFixed(2)} (${epoch})`).join(', ');
  const lead = `Mean over the seeds after so many epochs, “${experiment.followed}”: ${went}. One of twenty random halves reaches ${SIGNIFICANT.toFixed(2)}`;
  if ((means.at(-1) ?? 0) >= SIGNIFICANT) return `${lead}: these towers are beyond it in the mean.`;
  const needed = epochsTo(SIGNIFICANT, looks, means);
  const ahead =
    needed === null
      ? 'a straight line over the doublings of epochs does not get there: more epochs of this size would not show it'
      : `a straight line over the doublings of epochs gets there at about ${needed.toLocaleString('en-US')} epochs of these images`;
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

/** Least squares over log2 of the epochs; null where the line falls or takes too long. */
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
  const needed = 2 ** (middleX + (wanted - middle) / slope);
  return slope > 0 && needed <= MOST_EPOCHS ? Math.round(needed) : null;
}
