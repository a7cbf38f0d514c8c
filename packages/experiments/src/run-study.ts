import { join } from 'node:path';
import type { Tf } from '@alexnet/model';
import { finalRuns, trialRuns, withBestRates } from './choose-rates.js';
import { environmentOf, type StudyBackend } from './environment.js';
import { executeRuns, findRuns, type RunObserver } from './execute-runs.js';
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
  seedsOf,
} from './plan-runs.js';
import { openRunStore } from './run-store.js';
import { type Scale, scaleOf } from './scale.js';
import type { Study } from './study.js';

/** Which experiments, how large, how often. */
export type StudyPlan = Omit<PlanOptions, 'ground'>;

/** For trying a plan before there are images. */
const NO_GROUND = () => ({ images: '', classes: 2, backend: '', precision: '' });

/** @throws ExperimentError `usage` for settings and sizes that cannot be, before anything is opened */
export function checkStudy(plan: StudyPlan): void {
  planned({ ...plan, ground: NO_GROUND });
}

export interface StudyOptions extends StudyPlan {
  /** Those of a run, by its scale and the shorter side of its recipe. */
  readonly images: (scale: Scale, shorterSide: number) => StudyImages;
  /** In use. */
  readonly backend: StudyBackend;
  /** Keeps finished runs, so that a study that was stopped goes on. */
  readonly folder: string;
  /** Trains nothing: what the finished runs say so far. */
  readonly finishedOnly?: boolean;
  /** The command as it was typed, for the record. */
  readonly command: string;
  readonly observer: RunObserver;
  readonly signal: AbortSignal;
}

/**
 * Trains every variant of every experiment with every seed and judges the claims. With `finishedOnly` it
 * judges by the seeds that all variants of an experiment have been trained with, and leaves experiments
 * without one to the study's `pending`.
 *
 * @throws the signal's reason, with everything finished saved
 */
export async function runStudy(tf: Tf, options: StudyOptions): Promise<Study> {
  const { experiments, scale, seeds, set, backend, folder, observer, signal } = options;
  const { finishedOnly = false } = options;
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
      precision: backend.precision,
    };
  };
  const plan: PlanOptions = { experiments, scale, seeds, set, ground };
  const environment = environmentOf(backend, tf.version_core);
  const store = await openRunStore(join(folder, 'runs'));
  const execute = (runs: readonly PlannedRun[]) =>
    finishedOnly
      ? findRuns(runs, store)
      : executeRuns(tf, runs, imagesOf, store, environment, observer, signal);
  const trials = experiments.flatMap((experiment) => trialRuns(experiment, plan));
  const first = trials.length > 0 ? await execute(trials) : new Map();
  const isTried = (experiment: Experiment) =>
    trialRuns(experiment, plan).every(({ key }) => first.has(key));
  const finals = experiments
    .filter(isTried)
    .flatMap((experiment) => finalRuns(experiment, plan, first));
  const tried = new Map([...first, ...(finals.length > 0 ? await execute(finals) : [])]);
  const isSettled = (experiment: Experiment) =>
    isTried(experiment) && finalRuns(experiment, plan, first).every(({ key }) => tried.has(key));
  const settled = experiments
    .filter(isSettled)
    .map((experiment) => withBestRates(experiment, plan, tried));
  const chosen = { ...plan, experiments: settled.map(({ experiment }) => experiment) };
  const results = await execute(planned(chosen));
  const outcomes = settled.flatMap(({ experiment, trials }) => {
    const runs = runsOf(experiment, chosen, results);
    const images = countsOf(imagesFor(experiment));
    const asked = seedsOf(experiment, chosen);
    const made = [...runs.values()].some((own) => own.length > 0);
    return made ? [outcomeOf(experiment, runs, { images, trials, seedsAsked: asked })] : [];
  });
  const usual = experiments.find((experiment) => !experiment.scale) ?? experiments[0];
  if (!usual) throw new ExperimentError('usage', 'there is no experiment to run');
  return {
    scale,
    images: countsOf(imagesFor(usual)),
    seeds: seeds ?? scale.seeds,
    base: baseOf(scale, set),
    set,
    command: options.command,
    outcomes,
    pending: experiments.filter(
      ({ name }) => !outcomes.some(({ experiment }) => experiment.name === name),
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
