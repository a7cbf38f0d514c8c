import type { Experiment, Variant } from './experiment.js';
import { MEASURES } from './measures.js';
import { type PlannedRun, type PlanOptions, planRun } from './plan-runs.js';
import type { RunResult } from './run-result.js';

/** One learning rate of one variant, as the first seed found it. */
export interface Trial {
  readonly variant: string;
  readonly learningRate: number;
  readonly result: RunResult;
  /** Whether the variant's runs are made at it. */
  readonly isChosen: boolean;
}

const FIRST_SEED = 1;

type Results = ReadonlyMap<string, RunResult>;

/** One learning rate of one variant to try, by a short run or a whole one. */
interface PlannedTrial {
  readonly variant: string;
  readonly learningRate: number;
  readonly run: PlannedRun;
}

/** The runs that every learning rate is tried by; none for an experiment with one for all. */
export function trialRuns(experiment: Experiment, plan: PlanOptions): readonly PlannedRun[] {
  return trialsOf(experiment, plan).map(({ run }) => run);
}

/** The whole runs that decide between the best of the trials; none where the trials decide. */
export function finalRuns(
  experiment: Experiment,
  plan: PlanOptions,
  results: Results,
): readonly PlannedRun[] {
  return finalsOf(experiment, plan, results).map(({ run }) => run);
}

/** The experiment with each variant at its best learning rate, and how all of them did. */
export function withBestRates(
  experiment: Experiment,
  plan: PlanOptions,
  results: Results,
): { readonly experiment: Experiment; readonly trials: readonly Trial[] } {
  const tried = made(trialsOf(experiment, plan), results);
  const finals = made(finalsOf(experiment, plan, results), results);
  const deciding = experiment.learningRates?.finalists === undefined ? tried : finals;
  const chosen = experiment.variants.map(({ name }) => bestOf(name, deciding, experiment)[0]);
  return {
    experiment: {
      ...experiment,
      variants: experiment.variants.map((variant, at) => {
        const best = chosen[at];
        return best ? withRate(variant, best.learningRate) : variant;
      }),
    },
    trials: [...tried, ...finals].map((trial) => ({ ...trial, isChosen: chosen.includes(trial) })),
  };
}

function trialsOf(experiment: Experiment, plan: PlanOptions): readonly PlannedTrial[] {
  const { variants, learningRates } = experiment;
  if (!learningRates) return [];
  const { tried, epochs } = learningRates;
  const shorter = epochs === undefined ? [] : [`epochs=${epochs}`];
  return variants.flatMap((variant) =>
    tried.map((learningRate) => planTrial(experiment, variant, learningRate, plan, shorter)),
  );
}

function finalsOf(
  experiment: Experiment,
  plan: PlanOptions,
  results: Results,
): readonly PlannedTrial[] {
  const { finalists = 0 } = experiment.learningRates ?? {};
  const tried = made(trialsOf(experiment, plan), results);
  return experiment.variants.flatMap((variant) =>
    bestOf(variant.name, tried, experiment)
      .slice(0, finalists)
      .map(({ learningRate }) => planTrial(experiment, variant, learningRate, plan)),
  );
}

function planTrial(
  experiment: Experiment,
  variant: Variant,
  learningRate: number,
  plan: PlanOptions,
  more: readonly string[] = [],
): PlannedTrial {
  const run = planRun(experiment, withRate(variant, learningRate, more), FIRST_SEED, plan);
  return { variant: variant.name, learningRate, run };
}

const withRate = (
  variant: Variant,
  learningRate: number,
  more: readonly string[] = [],
): Variant => ({
  ...variant,
  set: [...(variant.set ?? []), `learningRate=${learningRate}`, ...more],
});

function made(trials: readonly PlannedTrial[], results: Results) {
  return trials.flatMap(({ run, ...trial }) => {
    const result = results.get(run.key);
    return result ? [{ ...trial, result }] : [];
  });
}

/** A variant's trials, the best first. */
function bestOf<T extends Omit<Trial, 'isChosen'>>(
  variant: string,
  trials: readonly T[],
  { until }: Experiment,
): readonly T[] {
  return ranked(
    trials.filter((trial) => trial.variant === variant),
    until ?? null,
  );
}

/**
 * Fewest epochs to the error `until`; where none reached it, the lowest error at the end. Without such
 * an error the lowest on validation images.
 */
function ranked<T extends { readonly result: RunResult }>(
  trials: readonly T[],
  until: number | null,
): readonly T[] {
  const rank = ({ result }: T): readonly [number, number] => {
    // Whatever it had reached before: a rate at which training breaks off is nobody's best.
    if (result.diverged !== null) return [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
    const { trainTop1 = 0, validationTop1 = 0 } = result.curve.at(-1) ?? {};
    if (until === null) return [0, 1 - validationTop1];
    const { value, atLeast } = MEASURES.epochsToTarget.read(result, until);
    return [atLeast ? Number.POSITIVE_INFINITY : value, 1 - trainTop1];
  };
  return [...trials].sort((a, b) => {
    const [[epochsOfA, errorOfA], [epochsOfB, errorOfB]] = [rank(a), rank(b)];
    return epochsOfA === epochsOfB ? errorOfA - errorOfB : epochsOfA - epochsOfB;
  });
}
