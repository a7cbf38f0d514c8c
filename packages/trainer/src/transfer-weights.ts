import type { Network, Weight } from '@alexnet/model';
import { TrainingError } from './training-error.js';

/** Which layers of a network started from other weights, and which keep their own start. */
export interface Transfer {
  /** Names of layers, in running order. */
  readonly taken: readonly string[];
  /** The last layer, where its classes are others; else none. */
  readonly fresh: readonly string[];
}

/**
 * Puts the weights of a trained network into one that is the same but for its last layer, which is
 * taken only where it is there and fits: a head for other classes keeps its starting values.
 *
 * @param weights tfjs layout, by parameter name
 * @throws {Error} naming the first parameter that is missing, unknown or of another shape; nothing is
 * changed then
 */
export async function transferWeights(
  network: Network,
  weights: ReadonlyMap<string, Weight>,
): Promise<Transfer> {
  const head = network.parameters.at(-1)?.layer;
  const fits = (name: string, shape: readonly number[]) =>
    weights.get(name)?.shape.join() === shape.join();
  const known = new Set(network.parameters.map(({ name }) => name));
  const stranger = [...weights.keys()].find((name) => !known.has(name));
  if (stranger !== undefined) {
    throw new TrainingError(
      'bad-weights',
      `the weights have ${stranger}, which this network does not`,
    );
  }
  for (const { name, layer, shape } of network.parameters) {
    if (layer === head || fits(name, shape)) continue;
    const given = weights.get(name)?.shape;
    throw new TrainingError(
      'bad-weights',
      `${name} is [${shape.join(', ')}] in this network and ${given ? `[${given.join(', ')}]` : 'missing'} in the weights`,
    );
  }
  const headFits = network.parameters
    .filter(({ layer }) => layer === head)
    .every(({ name, shape }) => fits(name, shape));
  const next = await network.getWeights();
  for (const { name, layer } of network.parameters) {
    const weight = weights.get(name);
    if (weight && (layer !== head || headFits)) next.set(name, weight);
  }
  network.setWeights(next);
  const layers = [...new Set(network.parameters.map(({ layer }) => layer))];
  return {
    taken: layers.filter((layer) => layer !== head || headFits),
    fresh: layers.filter((layer) => layer === head && !headFits),
  };
}
