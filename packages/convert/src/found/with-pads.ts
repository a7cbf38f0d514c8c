import type { Padding } from '@alexnet/model';
import type { FoundLayer } from './found-network.js';

export const NO_PADS: Padding = { top: 0, left: 0, bottom: 0, right: 0 };

export function plusPads(a: Padding, b: Padding): Padding {
  return {
    top: a.top + b.top,
    left: a.left + b.left,
    bottom: a.bottom + b.bottom,
    right: a.right + b.right,
  };
}

/**
 * A layer with zeros that were put around its maps by one of their own: the padding of a convolution.
 *
 * @param refused the sentence for any other layer
 */
export function withPads(layer: FoundLayer, pads: Padding, refused: string): FoundLayer {
  if (Object.values(pads).every((side) => side === 0)) return layer;
  if (layer.op !== 'conv') return { op: 'unknown', detail: refused };
  // What `same` adds depends on the size the maps then have.
  return typeof layer.padding === 'object'
    ? { ...layer, padding: plusPads(layer.padding, pads) }
    : { ...layer, around: pads };
}
