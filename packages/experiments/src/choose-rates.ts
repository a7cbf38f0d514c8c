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

const at = (variant: Variant, learningRate: number, more: readonly string[] = []): Variant => ({
  ...variant,
  set: [...(variant.set ?? []), `learningRate=${learningRate}`, ...more],
});

/** The runs that say which learning rate is whose best; none for an experiment with one for all. */
export function trialRuns(experiment: Experiment, plan: PlanOptions): readonly PlannedRun[] {
  return trialsOf(experiment, plan).map(({ run }) => run);
}

/** The experiment with each variant at its best learning rate, and how all of them did. */
export function withBestRates(
  experiment: Experiment,
  plan: PlanOptions,
  results: ReadonlyMap<string, RunResult>,
): { readonly experiment: Experiment; readonly trials: readonly Trial[] } {
  const made = trialsOf(experiment, plan).flatMap(({ run, ...trial }) => {
    const result = results.get(run.key);
    return result ? [{ ...trial, result }] : [];
  });
  if (made.length === 0) return { experiment, trials: [] };
  const ofVariant = ({ name }: Variant) => made.filter(({ variant }) => variant === name);
  const rates = new Map(
    experiment.variants.map((variant) => [
      variant.name,
      best(ofVariant(variant), experiment.until ?? null)?.learningRate,
    ]),
  );
  return {
    experiment: {
      ...experiment,
      variants: experiment.variants.map((variant) => {
        const rate = rates.get(variant.name);
        return rate === undefined ? variant : at(variant, rate);
      }),
    },
    trials: made.map((trial) => ({
      ...trial,
      isChosen: trial.learningRate === rates.get(trial.variant),
    })),
  };
}

function trialsOf(experiment: Experiment, plan: PlanOptions) {
  const { variants, learningRates } = experiment;
  if (!learningRates) return [];
  const { tried, epochs } = learningRates;
  const shorter = epochs === undefined ? [] : [`epochs=${epochs}`];
  return variants.flatMap((variant) =>
    tried.map((learningRate) => ({
      variant: variant.name,
      learningRate,
      run: planRun(experiment, at(variant, learningRate, shorter), FIRST_SEED, plan),
    })),
  );
}

/**
 * Fewest epochs to the error `until`; where none reached it, the lowest error at the end. Without such
 * an error the lowest on validation images.
 */
function best<T extends { readonly result: RunResult }>(
  trials: readonly T[],
  until: number | null,
): T | undefined {
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
  })[0];
}
