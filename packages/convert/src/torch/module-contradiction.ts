import type { LayerSpec, NetworkSpec } from '@alexnet/model';
import type { FoundLayer } from '../found/found-network.js';

/**
 * What the modules of a pickled network say against the network it is taken for, where the order in
 * which they run is not in the file: a layer that network has nowhere. Null where there is none.
 */
export function contradictionOf(
  layers: readonly FoundLayer[],
  { layers: taken }: NetworkSpec,
): string | null {
  const known = new Set(taken.map(inWords));
  for (const layer of layers) {
    if (layer.op === 'unknown') return layer.detail;
    const words = inWords(layer);
    if (words !== null && !known.has(words)) return `torch: the file has a ${words}`;
  }
  return null;
}

/** What a layer computes but for its sizes; null for one that says nothing about the network. */
function inWords(layer: LayerSpec | Exclude<FoundLayer, { op: 'unknown' }>): string | null {
  switch (layer.op) {
    case 'conv': {
      const { kernel, stride, padding, groups } = layer;
      const sides = typeof padding === 'string' ? padding : Object.values(padding).join();
      return `convolution of ${kernel.join('×')}, stride ${stride}, padding ${sides}, groups ${groups}`;
    }
    case 'activation':
      return `${layer.function} of slope ${layer.slope ?? 0}`;
    case 'pool': {
      const { kind, size, stride, padding, rounding } = layer;
      const sides = Object.values(padding ?? {}).join() || '0';
      return `${kind} pool of ${size}, stride ${stride}, padding ${sides}, rounding ${rounding ?? 'floor'}`;
    }
    case 'lrn': {
      const { size, sumCoeff, beta, k } = layer;
      return `response normalization over ${size} (k ${k}, α/n ${sumCoeff.toPrecision(6)}, β ${beta})`;
    }
    case 'batchnorm':
      return `batch norm of epsilon ${layer.epsilon}`;
    case 'globalpool':
      return 'mean over whole maps';
    default:
      return null;
  }
}
