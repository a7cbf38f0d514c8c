import type { Model } from '@alexnet/convert';
import { inferShapes } from '@alexnet/model';
import { inputChannels } from '../maps/unit-sum.js';

/** The weights of one unit that meet one unit of the layer with weights before it. */
export interface Slice {
  /** Layer with weights whose unit is listened to; null for the image. */
  readonly source: string | null;
  readonly channel: number;
  readonly height: number;
  readonly width: number;
  /** Row by row. */
  readonly values: Float32Array;
  /** √Σ w². */
  readonly strength: number;
  /** Σ w: below zero the one unit silences the other. */
  readonly sum: number;
  readonly largest: number;
}

/** Slices of a unit's filter, the strongest first; none for a layer without weights. */
export function strongestSlices({ spec, weights }: Model, layer: string, unit: number): Slice[] {
  const at = spec.layers.findIndex(({ name }) => name === layer);
  const own = spec.layers[at];
  const weight = weights.get(`${layer}.weight`);
  if (!weight || (own?.op !== 'conv' && own?.op !== 'dense')) return [];
  const before = spec.layers.slice(0, at).findLast(({ op }) => op === 'conv' || op === 'dense');
  const units = weight.shape.at(-1) ?? 1;
  // Flattening keeps the places: a dense layer meets every place of every map with a weight.
  const read = spec.layers.slice(0, at).findLast(({ op }) => op !== 'flatten' && op !== 'dropout');
  const { height: h, width: w, channels: c } = spec.input;
  const shape = inferShapes(spec).find(({ name }) => name === read?.name)?.output ?? [h, w, c];
  const channels = shape.at(-1) ?? 1;
  const { first, count } = inputChannels(own, channels, unit);
  const [height = 1, width = 1] = own.op === 'conv' ? own.kernel : shape.slice(0, -1);
  return Array.from({ length: count }, (_, index): Slice => {
    const values = new Float32Array(height * width);
    let [squares, sum, largest] = [0, 0, 0];
    for (let place = 0; place < values.length; place++) {
      const value = weight.data[(place * count + index) * units + unit] ?? 0;
      values[place] = value;
      squares += value ** 2;
      sum += value;
      largest = Math.max(largest, Math.abs(value));
    }
    const strength = Math.sqrt(squares);
    const source = before?.name ?? null;
    return { source, channel: first + index, height, width, values, strength, sum, largest };
  }).sort((a, b) => b.strength - a.strength);
}
