import { parentPort, workerData } from 'node:worker_threads';
import { initialWeights, type NetworkSpec } from '@alexnet/model';

/** What the thread is given. */
export interface StartingValues {
  readonly spec: NetworkSpec;
  readonly seed: number;
}

const { spec, seed } = workerData as StartingValues;
const weights = new Map(initialWeights(spec, seed));
parentPort?.postMessage(
  weights,
  [...weights.values()].map(({ data }) => data.buffer as ArrayBuffer),
);
