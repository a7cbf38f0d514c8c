import { Worker } from 'node:worker_threads';
import type { NetworkSpec, Weight } from '@alexnet/model';
import type { StartingValues } from './starting-weights-worker.js';

/**
 * The starting weights of `initialWeights(spec, seed)`, drawn in a thread while images are looked
 * through here: 62 million take two seconds.
 */
export function startingWeights(
  spec: NetworkSpec,
  seed: number,
): Promise<ReadonlyMap<string, Weight>> {
  const worker = new Worker(new URL('./starting-weights-worker.js', import.meta.url), {
    workerData: { spec, seed } satisfies StartingValues,
  });
  const weights = new Promise<ReadonlyMap<string, Weight>>((resolve, reject) => {
    worker.once('message', resolve).once('error', reject);
  });
  // What fails before anybody waits is theirs to report, not the process's.
  weights.catch(() => {});
  return weights;
}
