import { prepareImage } from '@alexnet/augment';
import { buildNetwork } from '@alexnet/model';
import { expect, it } from 'vitest';
import { strongestSlices } from '../src/lib/filters/strongest-slices.js';
import type { LayerMaps } from '../src/lib/maps/activation-images.js';
import { unitSum } from '../src/lib/maps/unit-sum.js';
import { testImage } from './support/images.js';
import { smallModel, smallSpec, tf } from './support/small-model.js';

it('multiplies out what the network computes, in every layer with weights', async () => {
  const model = await smallModel();
  const { weights, preprocessing } = model;
  if (!preprocessing) throw new Error('The small model carries its preprocessing.');
  const network = buildNetwork(tf, smallSpec);
  network.setWeights(weights);
  const data = prepareImage(testImage(), preprocessing);
  const x = tf.tensor4d(data, [1, 56, 56, 3]);
  const maps = new Map<string, LayerMaps>();
  for (const [layer, tensor] of network.activations(x)) {
    const [height = 1, width = 1] = tensor.shape.length === 4 ? tensor.shape.slice(1, 3) : [1, 1];
    const channels = tensor.shape.at(-1) ?? 1;
    maps.set(layer, {
      layer,
      height,
      width,
      channels,
      data: (await tensor.data()) as Float32Array,
    });
    tensor.dispose();
  }
  x.dispose();
  network.dispose();
  let below: LayerMaps = { layer: 'image', height: 56, width: 56, channels: 3, data };
  let checked = 0;
  for (const layer of smallSpec.layers) {
    const own = maps.get(layer.name);
    if ((layer.op === 'conv' || layer.op === 'dense') && own) {
      const weight = weights.get(`${layer.name}.weight`);
      if (!weight) throw new Error(`${layer.name} has no weights.`);
      const bias = weights.get(`${layer.name}.bias`);
      for (const unit of [0, own.channels - 1]) {
        // All slices of a filter together are its weights, and each belongs to a channel it reads.
        const slices = strongestSlices(model, layer.name, unit);
        const strengths = slices.map(({ strength }) => strength);
        expect(strengths).toEqual(strengths.toSorted((a, b) => b - a));
        const all = weight.data.filter((_, i) => i % own.channels === unit);
        const squares = (values: ArrayLike<number>) =>
          Array.from(values).reduce((total, value) => total + value ** 2, 0);
        const total = slices.reduce((sum, { values }) => sum + squares(values), 0);
        expect(total).toBeCloseTo(squares(all), 4);
        // A corner, whose window reaches into padding, and a place inside.
        for (const [row, column] of [
          [0, 0],
          [own.height >> 1, own.width >> 1],
        ] as const) {
          const found = unitSum(layer, weight, bias, below, { row, column, unit });
          const value = own.data[(row * own.width + column) * own.channels + unit] ?? Number.NaN;
          expect(found.sum + found.bias).toBeCloseTo(value, 3);
          const read = new Set(slices.map(({ channel }) => channel));
          for (const { channel } of found.contributions) expect(read).toContain(channel);
          checked++;
        }
      }
    }
    // Flattening keeps the numbers; what a dense layer reads still has its channels.
    if (own && layer.op !== 'flatten') below = own;
  }
  expect(checked).toBe(32);
});
