import type { Weight } from '@alexnet/convert';
import type { Network, NetworkSpec, Tf } from '@alexnet/model';

/** How a network's weights differ from its file's. */
export interface WeightChange {
  /** Silenced units by layer name, sorted. */
  readonly units: Readonly<Record<string, readonly number[]>>;
  readonly tower: 'A' | 'B' | null;
  /** Layers from the last one down to this one hold noise instead of their weights. */
  readonly randomizedDownTo?: string;
}

/** What has been taken away from the network or the image. */
export interface Change extends WeightChange {
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
 * so its linear answer is 0 for every image. Randomized weights are normal noise of the same
 * spread, seeded by the parameter (Adebayo et al. 2018, cascading randomization). Only parameters
 * that differ from `previous` are written.
 */
export function applyChange(
  tf: Tf,
  network: Network,
  weights: ReadonlyMap<string, Weight>,
  change: WeightChange,
  previous: WeightChange,
): void {
  const towers = towerLayers(network.spec);
  const order = network.spec.layers.map(({ name }) => name);
  const randomized = (layer: string, lowest: string | undefined) =>
    lowest !== undefined && order.indexOf(layer) >= order.indexOf(lowest);
  network.parameters.forEach(({ name, layer, kind, variable }, index) => {
    const owner = layer.replace(/^norm/, 'conv');
    const weight = weights.get(name);
    if (!weight || name.includes('running')) return;
    const units = weight.shape.at(-1) ?? 0;
    const noisy = (lowest: string | undefined) => kind === 'weight' && randomized(layer, lowest);
    const now = silenced(change, owner, units, towers);
    const then = silenced(previous, owner, units, towers);
    const noise = noisy(change.randomizedDownTo);
    if (noise === noisy(previous.randomizedDownTo) && now.join() === then.join()) return;
    tf.tidy(() => {
      const shape = [...weight.shape];
      if (!noise) return variable.assign(tf.tensor(withoutUnits(weight, now), shape));
      const spread = tf.sqrt(tf.moments(tf.tensor(weight.data, shape)).variance);
      const values = tf.mul(tf.randomNormal(shape, 0, 1, 'float32', 1000 + index), spread);
      const kept = withoutUnits({ shape: [units], data: new Float32Array(units).fill(1) }, now);
      variable.assign(tf.mul(values, tf.tensor(kept, [units])));
    });
  });
}

function silenced(
  change: WeightChange,
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
