import type { NetworkSpec } from '../spec/network-spec.js';
import { type LayerRow, layerTable } from './layer-table.js';

/** Cost of part of a network for one image. */
export interface Cost {
  readonly parameters: number;
  /** Multiply-adds, one MAC each. */
  readonly macs: number;
  /** Bytes of all outputs as float32. */
  readonly activationBytes: number;
  /** Share of the network's parameters, 0..1. */
  readonly parameterShare: number;
  /** Share of the network's MACs, 0..1. */
  readonly macShare: number;
}

/** Where parameters and compute live: convolutions, the dense head, and the rest. */
export interface CostSplit {
  readonly conv: Cost;
  /** Dense layers, also when `convHead` has rewritten them as convolutions: every layer called fc…. */
  readonly dense: Cost;
  /** Pooling, normalization and other layers. */
  readonly other: Cost;
  readonly total: Cost;
}

/** Adds up {@link layerTable} by kind of layer. */
export function costSplit(spec: NetworkSpec): CostSplit {
  const rows = layerTable(spec);
  const total = sum(rows);
  const isDense = (row: LayerRow) => row.op === 'dense' || row.name.startsWith('fc');
  const isConv = (row: LayerRow) => row.op === 'conv' && !isDense(row);
  const part = (keep: (row: LayerRow) => boolean): Cost => {
    const cost = sum(rows.filter(keep));
    return {
      ...cost,
      parameterShare: share(cost.parameters, total.parameters),
      macShare: share(cost.macs, total.macs),
    };
  };
  return {
    conv: part(isConv),
    dense: part(isDense),
    other: part((row) => !isConv(row) && !isDense(row)),
    total: part(() => true),
  };
}

function share(part: number, whole: number): number {
  return whole === 0 ? 0 : part / whole;
}

function sum(rows: readonly LayerRow[]): Pick<Cost, 'parameters' | 'macs' | 'activationBytes'> {
  const add = (key: 'parameters' | 'macs' | 'activationBytes') =>
    rows.reduce((total, row) => total + row[key], 0);
  return {
    parameters: add('parameters'),
    macs: add('macs'),
    activationBytes: add('activationBytes'),
  };
}
