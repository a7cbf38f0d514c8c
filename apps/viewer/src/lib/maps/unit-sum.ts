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

/** One number of a layer with weights: of which unit, and of a convolution where. */
export interface Place {
  readonly row: number;
  readonly column: number;
  readonly unit: number;
}

/** What a unit reads of one channel of the layer below, and the weights it multiplies that with. */
export interface ChannelWindow {
  readonly height: number;
  readonly width: number;
  /** Row by row; zeros where the window reaches into padding. */
  readonly inputs: Float32Array;
  readonly weights: Float32Array;
}

type Weighted = Extract<LayerSpec, { op: 'conv' | 'dense' }>;

/** First of the input channels a unit reads, and how many it reads: a half each where there are towers. */
export function inputChannels(
  layer: Weighted,
  channels: number,
  unit: number,
): { readonly first: number; readonly count: number } {
  if (layer.op === 'dense') return { first: 0, count: channels };
  const count = channels / layer.groups;
  return { first: Math.floor(unit / (layer.filters / layer.groups)) * count, count };
}

/**
 * One channel of what a number is made of: a window of a map and a slice of the filter, or for a
 * dense layer the whole map and the weights it meets.
 *
 * @param below what the layer reads: the prepared image, or the maps of the layer before; a dense
 *   layer reads it in the order height, width, channels, as tfjs flattens it
 * @param channel of `below`, one of {@link inputChannels}
 */
export function channelWindow(
  layer: Weighted,
  weight: Weight,
  below: LayerMaps,
  place: Place,
  channel: number,
): ChannelWindow {
  const units = weight.shape.at(-1) ?? 1;
  const dense = layer.op === 'dense';
  const [height, width] = dense ? [below.height, below.width] : layer.kernel;
  const top = dense ? 0 : place.row * layer.stride - layer.padding.top;
  const left = dense ? 0 : place.column * layer.stride - layer.padding.left;
  const { first, count } = inputChannels(layer, below.channels, place.unit);
  const inputs = new Float32Array(height * width);
  const weights = new Float32Array(height * width);
  for (let i = 0; i < inputs.length; i++) {
    const [y, x] = [top + Math.floor(i / width), left + (i % width)];
    const inside = y >= 0 && x >= 0 && y < below.height && x < below.width;
    if (inside) inputs[i] = below.data[(y * below.width + x) * below.channels + channel] ?? 0;
    weights[i] = weight.data[(i * count + channel - first) * units + place.unit] ?? 0;
  }
  return { height, width, inputs, weights };
}

/** Multiplies out one number of a layer with weights, the way the network does. */
export function unitSum(
  layer: Weighted,
  weight: Weight,
  bias: Weight | undefined,
  below: LayerMaps,
  place: Place,
): UnitSum {
  const { first, count } = inputChannels(layer, below.channels, place.unit);
  const sums = new Float64Array(below.channels);
  let products = 0;
  for (let channel = first; channel < first + count; channel++) {
    const { inputs, weights } = channelWindow(layer, weight, below, place, channel);
    let sum = 0;
    for (let i = 0; i < inputs.length; i++) sum += (inputs[i] ?? 0) * (weights[i] ?? 0);
    sums[channel] = sum;
    products += inputs.length;
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
