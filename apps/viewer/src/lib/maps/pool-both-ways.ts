import type { PoolSpec } from '@alexnet/model';
import type { LayerMaps } from './activation-images.js';

/** One channel pooled by the layer's own window, once by the largest value, once by the mean. */
export function poolBothWays(
  maps: LayerMaps,
  channel: number,
  { size, stride }: PoolSpec,
): { max: LayerMaps; average: LayerMaps } {
  const height = Math.floor((maps.height - size) / stride) + 1;
  const width = Math.floor((maps.width - size) / stride) + 1;
  const max = new Float32Array(height * width);
  const average = new Float32Array(height * width);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      let largest = Number.NEGATIVE_INFINITY;
      let sum = 0;
      for (let i = 0; i < size * size; i++) {
        const row = y * stride + Math.floor(i / size);
        const column = x * stride + (i % size);
        const value = maps.data[(row * maps.width + column) * maps.channels + channel] ?? 0;
        largest = Math.max(largest, value);
        sum += value;
      }
      max[y * width + x] = largest;
      average[y * width + x] = sum / (size * size);
    }
  }
  const shape = { layer: maps.layer, height, width, channels: 1 };
  return { max: { ...shape, data: max }, average: { ...shape, data: average } };
}
