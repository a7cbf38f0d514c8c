import type { Recipe } from './recipe/recipe.js';

/** Whether a layer no longer learns in an epoch counted from 0: its factor is 0, or its time has come. */
export function isFrozen(layers: Recipe['layers'], layer: string, epoch: number): boolean {
  const own = layers[layer];
  return own?.learningRateFactor === 0 || epoch >= (own?.frozenFromEpoch ?? Infinity);
}

/** The layers that {@link isFrozen} says of, in the order the recipe names them. */
export function frozenLayers(layers: Recipe['layers'], epoch: number): string[] {
  return Object.keys(layers).filter((layer) => isFrozen(layers, layer, epoch));
}
