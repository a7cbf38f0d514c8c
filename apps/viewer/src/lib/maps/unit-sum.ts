import type { Weight } from '@alexnet/convert';
import type { LayerSpec } from '@alexnet/model';
import type { LayerMaps } from './activation-images.js';

/** What one channel of the layer below adds to a number. */
export interface Contribution {
  readonly channel: number;
  readonly value: number;
}

/** One output of a convolution or a dense layer, multiplied out. */
export interface UnitSum {
  /** Weights times inputs, how many of them. */
  readonly products: number;
  /** Σ weight · input, without the bias. */
  readonly sum: number;
  readonly bias: number;
  /** Sum of each input channel, the largest magnitudes first. */
  readonly contributions: readonly Contribution[];
}

/**
 * Multiplies out one number of a layer with weights, the way the network does.
 *
 * @param below what the layer reads: the prepared image, or the maps of the layer before; for a
 *   dense layer in the order height, width, channels, as tfjs flattens them
 * @param place of a convolution's output; windows reaching into padding meet zeros there
 */
export function unitSum(
  layer: Extract<LayerSpec, { op: 'conv' | 'dense' }>,
  weight: Weight,
  bias: Weight | undefined,
  below: LayerMaps,
  place: { readonly row: number; readonly column: number; readonly unit: number },
): UnitSum {
  const units = weight.shape.at(-1) ?? 1;
  const sums = new Float64Array(below.channels);
  let products = 0;
  const add = (channel: number, input: number, index: number) => {
    sums[channel] = (sums[channel] ?? 0) + (weight.data[index * units + place.unit] ?? 0) * input;
    products++;
  };
  if (layer.op === 'dense') {
    below.data.forEach((value, index) => {
      add(index % below.channels, value, index);
    });
  } else {
    const [height, width] = layer.kernel;
    const depth = below.channels / layer.groups;
    const first = Math.floor(place.unit / (layer.filters / layer.groups)) * depth;
    const top = place.row * layer.stride - layer.padding.top;
    const left = place.column * layer.stride - layer.padding.left;
    for (let i = 0; i < height * width; i++) {
      const [y, x] = [top + Math.floor(i / width), left + (i % width)];
      const inside = y >= 0 && x >= 0 && y < below.height && x < below.width;
      for (let c = 0; c < depth; c++) {
        const at = (y * below.width + x) * below.channels + first + c;
        add(first + c, inside ? (below.data[at] ?? 0) : 0, i * depth + c);
      }
    }
  }
  return {
    products,
    sum: sums.reduce((total, value) => total + value, 0),
    bias: bias?.data[place.unit] ?? 0,
    contributions: Array.from(sums, (value, channel) => ({ channel, value }))
      .filter(({ value }) => value !== 0)
      .sort((a, b) => Math.abs(b.value) - Math.abs(a.value)),
  };
}
