import type { Tf } from '@alexnet/model';
import { withProgress } from '../progress.js';
import { duration, percent, say } from '../say.js';
import { preprocessingOf } from './base-recipe.js';
import type { AblationImages } from './load-images.js';
import type { PlannedRun } from './plan-runs.js';
import type { RunResult } from './run-result.js';
import type { RunStore } from './run-store.js';
import { trainVariant } from './train-variant.js';

/**
 * Makes the runs that are not in the store yet, one after another, each saved as soon as it is done.
 *
 * @returns results by key
 * @throws Interrupted with everything finished saved
 */
export async function executeRuns(
  tf: Tf,
  runs: readonly PlannedRun[],
  images: AblationImages,
  store: RunStore,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, RunResult>> {
  const results = new Map<string, RunResult>();
  const missing: PlannedRun[] = [];
  for (const run of runs) {
    const found = await store.find(run);
    if (found) results.set(run.key, found);
    else missing.push(run);
  }
  if (results.size > 0) say(`${results.size} of ${runs.length} runs are done already`);
  const size = (run: PlannedRun) => run.recipe.epochs * images.train.records.length;
  let left = missing.reduce((sum, run) => sum + size(run), 0);
  let trained = 0;
  const began = performance.now();
  for (const [at, run] of missing.entries()) {
    const result = await withProgress(run.label, (report) =>
      trainVariant(tf, {
        recipe: run.recipe,
        network: run.network,
        seed: run.seed,
        key: run.key,
        images,
        preprocessing: preprocessingOf(run.recipe, run.network, images.colors),
        tenCrop: run.tenCrop,
        signal,
        onImages(done) {
          const perImage = (performance.now() - began) / (trained + done);
          const eta = duration((left - done) * perImage);
          report(done, size(run), `· run ${at + 1} of ${missing.length}, all in ${eta}`);
        },
      }),
    );
    left -= size(run);
    trained += size(run);
    await store.save(result);
    results.set(run.key, result);
    say(`${run.label} · ${describe(result)}`);
  }
  return results;
}

function describe({ curve, seconds, diverged }: RunResult): string {
  const end = curve.at(-1);
  const top1 = end
    ? `training top-1 ${percent(end.trainTop1)}, validation ${percent(end.validationTop1)}`
    : '';
  return `${top1} · ${duration(1000 * seconds)}${diverged ? ` · stopped: ${diverged}` : ''}`;
}
