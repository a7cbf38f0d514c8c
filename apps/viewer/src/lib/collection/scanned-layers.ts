import type { NetworkSpec } from '@alexnet/model';

/** Layers with weights: their units are what a collection is looked through for. */
export function weightedLayers({ layers }: NetworkSpec): string[] {
  return layers.flatMap(({ op, name }) => (op === 'conv' || op === 'dense' ? [name] : []));
}

/**
 * The layer whose values say what an image is about: the one that the last layer with weights reads,
 * the activation after fc7 in the paper.
 */
export function featureLayer({ layers }: NetworkSpec): string | null {
  const last = layers.findLastIndex(({ op }) => op === 'conv' || op === 'dense');
  const before = layers.slice(0, last).findLast(({ op }) => op !== 'dropout' && op !== 'flatten');
  return before?.name ?? null;
}
