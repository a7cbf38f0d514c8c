import type { Network, Weight } from '@alexnet/model';
import { INITIAL_STATE, type Snapshot } from './train.js';

/** The snapshot a run starts with that starts from `network`'s present weights, at rest. */
export async function initialSnapshot(network: Network): Promise<Snapshot> {
  const trainable = network.parameters.filter((parameter) => parameter.trainable);
  const velocities = trainable.map(({ name, shape }): [string, Weight] => [
    name,
    { shape, data: new Float32Array(shape.reduce((product, length) => product * length, 1)) },
  ]);
  return {
    state: INITIAL_STATE,
    weights: await network.getWeights(),
    velocities: new Map(velocities),
    average: null,
  };
}
