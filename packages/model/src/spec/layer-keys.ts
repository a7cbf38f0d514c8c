import type { LayerSpec } from './layer-spec.js';
import type { Keys } from './refuse-unknown.js';

/** The keys of every kind of layer, checked by the compiler. */
export const LAYER_KEYS: {
  readonly [Op in LayerSpec['op']]: Keys<Extract<LayerSpec, { readonly op: Op }>>;
} = {
  conv: {
    op: true,
    name: true,
    filters: true,
    kernel: true,
    stride: true,
    padding: true,
    groups: true,
    rounding: true,
    init: true,
  },
  dense: { op: true, name: true, units: true, init: true },
  activation: { op: true, name: true, function: true, slope: true },
  pool: {
    op: true,
    name: true,
    kind: true,
    size: true,
    stride: true,
    padding: true,
    rounding: true,
    countPadding: true,
  },
  lrn: { op: true, name: true, size: true, k: true, sumCoeff: true, beta: true, groups: true },
  mapnorm: { op: true, name: true, size: true, k: true, sumCoeff: true, beta: true },
  batchnorm: { op: true, name: true, momentum: true, epsilon: true },
  dropout: { op: true, name: true, rate: true, scaling: true },
  flatten: { op: true, name: true },
  globalpool: { op: true, name: true },
};
