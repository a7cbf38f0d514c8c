import type { Model } from '@alexnet/convert';
import { channelMeanOf, meanImageOf } from '@alexnet/model';

/**
 * The same network reading RGB: a BGR preparation and the conv1 filters are turned round together,
 * so that filters are drawn in their true colors.
 */
export function asRgb(file: Model): Model {
  const { preprocessing, spec } = file;
  const first = spec.layers.find(({ op }) => op === 'conv');
  const name = `${first?.name}.weight`;
  const filters = file.weights.get(name);
  if (preprocessing?.channelOrder !== 'bgr' || filters?.shape[2] !== 3) return file;
  const count = filters.shape[3] ?? 0;
  const data = new Float32Array(filters.data.length);
  for (let i = 0; i < data.length; i++) {
    const channel = Math.floor(i / count) % 3;
    data[i + (2 - 2 * channel) * count] = filters.data[i] ?? 0;
  }
  const turned = (values: readonly [number, number, number] | null) =>
    values && ([values[2], values[1], values[0]] as const);
  return {
    ...file,
    weights: new Map(file.weights).set(name, { shape: filters.shape, data }),
    preprocessing: {
      ...preprocessing,
      channelOrder: 'rgb',
      mean: turned(channelMeanOf(preprocessing)) ?? meanImageOf(preprocessing),
      std: turned(preprocessing.std),
    },
  };
}
