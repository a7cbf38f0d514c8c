import { diverging, paint, sequential } from './color-scale.js';

/** What one layer made of one image: [height, width, channels], or [1, 1, units] for a dense layer. */
export interface LayerMaps {
  readonly layer: string;
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  readonly data: Float32Array;
}

export type MapScale = 'unit' | 'layer' | 'global';

/** Range of values one map's colors span. */
export interface Range {
  readonly low: number;
  readonly high: number;
}

/** Smallest and largest value of each channel. */
export function channelRanges({ data, channels }: LayerMaps): Range[] {
  const low = new Float32Array(channels).fill(Number.POSITIVE_INFINITY);
  const high = new Float32Array(channels).fill(Number.NEGATIVE_INFINITY);
  for (let i = 0; i < data.length; i++) {
    const c = i % channels;
    const value = data[i] ?? 0;
    if (value < (low[c] ?? 0)) low[c] = value;
    if (value > (high[c] ?? 0)) high[c] = value;
  }
  return Array.from(low, (value, c) => ({ low: value, high: high[c] ?? 0 }));
}

/** The range that holds all of `ranges`. */
export function unite(ranges: readonly Range[]): Range {
  return ranges.reduce(
    (all, range) => ({ low: Math.min(all.low, range.low), high: Math.max(all.high, range.high) }),
    { low: Number.POSITIVE_INFINITY, high: Number.NEGATIVE_INFINITY },
  );
}

/**
 * One channel as an image. Layers that are never negative run black to bright from zero; signed
 * ones run violet to orange with zero at the pale middle.
 */
export function channelImage(maps: LayerMaps, channel: number, range: Range): ImageData {
  const image = new ImageData(maps.width, maps.height);
  const signed = range.low < 0;
  const reach = signed ? Math.max(-range.low, range.high) : range.high;
  for (let pixel = 0; pixel < maps.width * maps.height; pixel++) {
    const value = maps.data[pixel * maps.channels + channel] ?? 0;
    const share = reach > 0 ? value / reach : 0;
    paint(image.data, pixel * 4, signed ? diverging : sequential, signed ? (share + 1) / 2 : share);
  }
  return image;
}

/** All units of a dense layer as one near-square image, row by row. */
export function denseImage(maps: LayerMaps, range: Range): ImageData {
  const width = Math.ceil(Math.sqrt(maps.channels));
  const height = Math.ceil(maps.channels / width);
  const data = new Float32Array(width * height);
  data.set(maps.data);
  return channelImage({ ...maps, width, height, channels: 1, data }, 0, range);
}
