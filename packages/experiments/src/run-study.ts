import { join } from 'node:path';
import type { Tf } from '@alexnet/model';
import { type Environment, environmentOf } from './environment.js';
import { executeRuns, type RunObserver } from './execute-runs.js';
import { ExperimentError } from './experiment-error.js';
import type { StudyImages } from './load-images.js';
import { outcomeOf } from './outcome.js';
import { baseOf, type PlannedRun, type PlanOptions, planRuns, runsOf } from './plan-runs.js';
import { openRunStore } from './run-store.js';
import type { Study } from './study.js';

/** Which experiments, how large, how often. */
export type StudyPlan = Omit<PlanOptions, 'ground'>;

/** For trying a plan before there are images. */
const NO_GROUND = { images: '', classes: 2, backend: '' };

/** @throws ExperimentError `usage` for settings and sizes that cannot be, before anything is opened */
export function checkStudy(plan: StudyPlan): void {
  planned({ ...plan, ground: NO_GROUND });
}

export interface StudyOptions extends StudyPlan {
  readonly images: StudyImages;
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
  const { experiments, scale, seeds, set, images, backend, folder, observer, signal } = options;
  const ground = {
    images: `${images.name} ${images.digest}`,
    classes: images.classNames.length,
    backend: backend.name,
  };
  const plan: PlanOptions = { experiments, scale, seeds, set, ground };
  const store = await openRunStore(join(folder, 'runs'));
  const results = await executeRuns(tf, planned(plan), images, store, observer, signal);
  return {
    scale,
    images: {
      name: images.name,
      train: images.train.records.length,
      validation: images.validation.records.length,
      classes: images.classNames.length,
    },
    seeds,
    base: baseOf(scale, set),
    set,
    environment: environmentOf(options.command, backend, tf.version_core),
    outcomes: experiments.map((experiment) =>
      outcomeOf(experiment, runsOf(experiment, plan, results)),
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
