import type { PoolSpec } from '@alexnet/model';
import type { LayerMaps } from './activation-images.js';

/**
 * One channel pooled by the layer's own window, once by the largest value, once by the mean.
 *
 * @param output size of the layer's maps, px; windows may hang over the edges of `maps`, where
 *   nothing counts
 */
export function poolBothWays(
  maps: LayerMaps,
  channel: number,
  { size, stride, padding, countPadding }: PoolSpec,
  { height, width }: Pick<LayerMaps, 'height' | 'width'>,
): { max: LayerMaps; average: LayerMaps } {
  const max = new Float32Array(height * width);
  const average = new Float32Array(height * width);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      let largest = Number.NEGATIVE_INFINITY;
      let sum = 0;
      let places = 0;
      for (let i = 0; i < size * size; i++) {
        const row = y * stride + Math.floor(i / size) - (padding?.top ?? 0);
        const column = x * stride + (i % size) - (padding?.left ?? 0);
        if (row < 0 || column < 0 || row >= maps.height || column >= maps.width) continue;
        places++;
        const value = maps.data[(row * maps.width + column) * maps.channels + channel] ?? 0;
        largest = Math.max(largest, value);
        sum += value;
      }
      max[y * width + x] = largest;
      average[y * width + x] = sum / (countPadding ? size * size : Math.max(1, places));
    }
  }
  const shape = { layer: maps.layer, height, width, channels: 1 };
  return { max: { ...shape, data: max }, average: { ...shape, data: average } };
}
