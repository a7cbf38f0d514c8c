import { ModelError } from '../model-error.js';
import type { NetworkSpec } from './network-spec.js';
import { validateSpec } from './validate-spec.js';

/**
 * The same network for another number of classes: the last layer with weights, fc8, gets as many units
 * (or, in a `conv` head, maps); everything before it keeps its shapes.
 *
 * @throws {ModelError} When no layer has weights, or `classes` is not a whole number of at least 1.
 */
export function withClasses(spec: NetworkSpec, classes: number): NetworkSpec {
  const last = spec.layers.map(({ op }) => op === 'dense' || op === 'conv').lastIndexOf(true);
  if (last < 0)
    throw new ModelError('bad-argument', 'This network has no layer with weights to give classes.');
  const layers = spec.layers.map((layer, index) => {
    if (index !== last) return layer;
    if (layer.op === 'dense') return { ...layer, units: classes };
    return layer.op === 'conv' ? { ...layer, filters: classes } : layer;
  });
  return validateSpec({ ...spec, classes, layers });
}
