import type { Weight } from '@alexnet/convert';
import type { Network, NetworkSpec, Tf } from '@alexnet/model';

/** What has been taken away from the network or the image. */
export interface Change {
  /** Silenced units by layer name, sorted. */
  readonly units: Readonly<Record<string, readonly number[]>>;
  readonly tower: 'A' | 'B' | null;
  /** The image is turned gray before it is prepared. */
  readonly gray: boolean;
}

export const NO_CHANGE: Change = { units: {}, tower: null, gray: false };

export function isIntact(change: Change): boolean {
  return (
    !change.gray &&
    change.tower === null &&
    Object.values(change.units).every((u) => u.length === 0)
  );
}

/** The change with one unit silenced, or heard again. */
export function toggleUnit(change: Change, layer: string, unit: number): Change {
  const before = change.units[layer] ?? [];
  const after = before.includes(unit)
    ? before.filter((other) => other !== unit)
    : [...before, unit].sort((a, b) => a - b);
  return { ...change, units: { ...change.units, [layer]: after } };
}

/** Convolutions whose first and second half of units are the two towers; empty for a one-tower net. */
export function towerLayers(spec: NetworkSpec): string[] {
  const convolutions = spec.layers.filter((layer) => layer.op === 'conv');
  const grouped = convolutions.some((layer) => layer.groups === 2);
  return grouped
    ? convolutions.map((layer) => layer.name).filter((name) => /^conv[1-5]$/.test(name))
    : [];
}

/**
 * Makes the network's variables say what `change` says, starting from the file's own weights.
 *
 * A unit is silenced by zeroing its incoming weights and bias (and its batch-norm gain and shift),
 * so its linear answer is 0 for every image. Only layers that differ from `previous` are written.
 */
export function applyChange(
  tf: Tf,
  network: Network,
  weights: ReadonlyMap<string, Weight>,
  change: Change,
  previous: Change,
): void {
  const towers = towerLayers(network.spec);
  for (const { name, layer, variable } of network.parameters) {
    const owner = layer.replace(/^norm/, 'conv');
    const weight = weights.get(name);
    if (!weight || name.includes('running')) continue;
    const units = weight.shape.at(-1) ?? 0;
    const now = silenced(change, owner, units, towers);
    const then = silenced(previous, owner, units, towers);
    if (now.join() === then.join()) continue;
    tf.tidy(() => variable.assign(tf.tensor(withoutUnits(weight, now), [...weight.shape])));
  }
}

function silenced(
  change: Change,
  layer: string,
  units: number,
  towers: readonly string[],
): number[] {
  const set = new Set((change.units[layer] ?? []).filter((unit) => unit < units));
  if (change.tower && towers.includes(layer)) {
    const start = change.tower === 'A' ? 0 : units / 2;
    for (let unit = start; unit < start + units / 2; unit++) set.add(unit);
  }
  return [...set].sort((a, b) => a - b);
}

/** Units are the last axis of every tfjs weight: HWIO, [in, out], [out]. */
function withoutUnits(weight: Weight, units: readonly number[]): Float32Array {
  const out = weight.shape.at(-1) ?? 1;
  const data = weight.data.slice();
  for (const unit of units) {
    for (let i = unit; i < data.length; i += out) data[i] = 0;
  }
  return data;
}
