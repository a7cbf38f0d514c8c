import type { Tf } from '@alexnet/model';
import { preprocessingFor } from '@alexnet/trainer';
import type { Environment } from './environment.js';
import type { StudyImages } from './load-images.js';
import type { PlannedRun } from './plan-runs.js';
import type { RunResult } from './run-result.js';
import type { RunStore } from './run-store.js';
import { trainVariant } from './train-variant.js';

/** How far a run is, and all of them. */
export interface RunProgress {
  readonly run: PlannedRun;
  /** Counted from 1 over the runs that are made now. */
  readonly at: number;
  readonly of: number;
  /** Images trained on in this run. */
  readonly done: number;
  readonly total: number;
  /** Milliseconds until the last run is done, at the pace so far. */
  readonly leftMs: number;
}

export interface RunObserver {
  /** How many of the runs were made before. */
  readonly onFound: (found: number, of: number) => void;
  /** After every update. */
  readonly onProgress: (progress: RunProgress) => void;
  readonly onRun: (run: PlannedRun, result: RunResult) => void;
}

/** The runs that are in the store, by key. */
export async function findRuns(
  runs: readonly PlannedRun[],
  store: RunStore,
): Promise<ReadonlyMap<string, RunResult>> {
  const results = new Map<string, RunResult>();
  for (const run of runs) {
    const found = await store.find(run);
    if (found) results.set(run.key, found);
  }
  return results;
}

/**
 * Makes the runs that are not in the store yet, one after another, each saved as soon as it is done.
 *
 * @returns results by key
 * @throws the signal's reason, with everything finished saved
 */
export async function executeRuns(
  tf: Tf,
  runs: readonly PlannedRun[],
  imagesOf: (run: PlannedRun) => StudyImages,
  store: RunStore,
  environment: Environment,
  observer: RunObserver,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, RunResult>> {
  const results = new Map(await findRuns(runs, store));
  const missing = runs.filter(({ key }) => !results.has(key));
  observer.onFound(results.size, runs.length);
  const size = (run: PlannedRun) => run.recipe.epochs * imagesOf(run).train.records.length;
  let left = missing.reduce((sum, run) => sum + size(run), 0);
  let trained = 0;
  const began = performance.now();
  for (const [at, run] of missing.entries()) {
    const images = imagesOf(run);
    const result = await trainVariant(tf, {
      recipe: run.recipe,
      network: run.network,
      seed: run.seed,
      key: run.key,
      images,
      preprocessing: preprocessingFor(run.recipe, run.network, images.colors),
      tenCrop: run.tenCrop,
      until: run.until,
      environment,
      signal,
      onImages(done) {
        const perImage = (performance.now() - began) / (trained + done);
        observer.onProgress({
          run,
          at: at + 1,
          of: missing.length,
          done,
          total: size(run),
          leftMs: (left - done) * perImage,
        });
      },
    });
    left -= size(run);
    trained += size(run);
    await store.save(result);
    results.set(run.key, result);
    observer.onRun(run, result);
  }
  return results;
}
