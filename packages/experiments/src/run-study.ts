import { join } from 'node:path';
import type { Tf } from '@alexnet/model';
import { trialRuns, withBestRates } from './choose-rates.js';
import { type Environment, environmentOf } from './environment.js';
import { executeRuns, type RunObserver } from './execute-runs.js';
import type { Experiment } from './experiment.js';
import { ExperimentError } from './experiment-error.js';
import { countsOf, type StudyImages } from './load-images.js';
import { outcomeOf } from './outcome.js';
import {
  baseOf,
  type PlannedRun,
  type PlanOptions,
  planRuns,
  recipeOf,
  runsOf,
} from './plan-runs.js';
import { openRunStore } from './run-store.js';
import { type Scale, scaleOf } from './scale.js';
import type { Study } from './study.js';

/** Which experiments, how large, how often. */
export type StudyPlan = Omit<PlanOptions, 'ground'>;

/** For trying a plan before there are images. */
const NO_GROUND = () => ({ images: '', classes: 2, backend: '' });

/** @throws ExperimentError `usage` for settings and sizes that cannot be, before anything is opened */
export function checkStudy(plan: StudyPlan): void {
  planned({ ...plan, ground: NO_GROUND });
}

export interface StudyOptions extends StudyPlan {
  /** Those of a run, by its scale and the shorter side of its recipe. */
  readonly images: (scale: Scale, shorterSide: number) => StudyImages;
  /** The tfjs backend in use, and what it runs on. */
  readonly backend: { readonly name: string; readonly device: string };
  /** Keeps finished runs, so that a study that was stopped goes on. */
  readonly folder: string;
  /** The command as it was typed, for the record. */
  readonly command: Environment['command'];
  readonly observer: RunObserver;
  readonly signal: AbortSignal;
}

/**
 * Trains every variant of every experiment with every seed and judges the claims.
 *
 * @throws the signal's reason, with everything finished saved
 */
export async function runStudy(tf: Tf, options: StudyOptions): Promise<Study> {
  const { experiments, scale, seeds, set, backend, folder, observer, signal } = options;
  const imagesOf = (run: Pick<PlannedRun, 'scale' | 'recipe'>) =>
    options.images(run.scale, run.recipe.preprocessing.shorterSide);
  const imagesFor = (experiment: Experiment) =>
    imagesOf({ scale: scaleOf(experiment, scale), recipe: recipeOf(experiment, scale, set) });
  const ground = (experiment: Experiment) => {
    const images = imagesFor(experiment);
    return {
      images: `${images.name} ${images.digest}`,
      classes: images.classNames.length,
      backend: backend.name,
    };
  };
  const plan: PlanOptions = { experiments, scale, seeds, set, ground };
  const store = await openRunStore(join(folder, 'runs'));
  const execute = (runs: readonly PlannedRun[]) =>
    executeRuns(tf, runs, imagesOf, store, observer, signal);
  const trials = experiments.flatMap((experiment) => trialRuns(experiment, plan));
  const tried = trials.length > 0 ? await execute(trials) : new Map();
  const settled = experiments.map((experiment) => withBestRates(experiment, plan, tried));
  const chosen = { ...plan, experiments: settled.map(({ experiment }) => experiment) };
  const results = await execute(planned(chosen));
  const usual = experiments.find((experiment) => !experiment.scale) ?? experiments[0];
  if (!usual) throw new ExperimentError('usage', 'there is no experiment to run');
  return {
    scale,
    images: countsOf(imagesFor(usual)),
    seeds: seeds ?? scale.seeds,
    base: baseOf(scale, set),
    set,
    environment: environmentOf(options.command, backend, tf.version_core),
    outcomes: settled.map((one) =>
      outcomeOf(one.experiment, runsOf(one.experiment, chosen, results), {
        images: countsOf(imagesFor(one.experiment)),
        trials: one.trials,
      }),
    ),
  };
}

function planned(plan: PlanOptions): readonly PlannedRun[] {
  try {
    return planRuns(plan);
  } catch (error) {
    throw new ExperimentError('usage', (error as Error).message, { cause: error });
  }
}
