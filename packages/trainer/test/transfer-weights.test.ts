import { measureImageColors } from '@alexnet/augment';
import { buildNetwork, createSpec, withClasses } from '@alexnet/model';
import { expect, test } from 'vitest';
import { initialSnapshot, type Recipe, train, transferWeights } from '../src/index.js';
import { plainColors, preprocessing, tf, tinyNetwork, tinyRecipe } from './tiny.js';

const bits = (data: Float32Array | undefined) =>
  data && Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString('hex');

test('a network for other classes takes every layer but the last', async () => {
  const old = tinyNetwork(7);
  const weights = await old.getWeights();
  const network = buildNetwork(tf, withClasses(old.spec, 5), { seed: 8 });
  const before = await network.getWeights();
  const { taken, fresh } = await transferWeights(network, weights);
  const after = await network.getWeights();
  expect([taken.at(0), taken.at(-1), fresh]).toEqual(['conv1', 'fc7', ['fc8']]);
  for (const [name, { data }] of after) {
    const source = name.startsWith('fc8') ? before : weights;
    expect(bits(data), name).toBe(bits(source.get(name)?.data));
  }
  old.dispose();
  network.dispose();
});

test('the same classes keep their last layer, unless it is left out', async () => {
  const old = tinyNetwork(7);
  const weights = await old.getWeights();
  expect((await transferWeights(old, weights)).fresh).toEqual([]);
  weights.delete('fc8.weight');
  weights.delete('fc8.bias');
  expect((await transferWeights(old, weights)).fresh).toEqual(['fc8']);
  old.dispose();
});

test('another network is refused with the first difference, and nothing changes', async () => {
  const network = tinyNetwork(7);
  const weights = await network.getWeights();
  const wider = new Map(weights);
  wider.set('conv3.weight', { shape: [3, 3, 5, 16], data: new Float32Array(720) });
  await expect(transferWeights(network, wider)).rejects.toThrow(
    /^conv3\.weight is \[3, 3, \d+, \d+\] in this network and \[3, 3, 5, 16\] in the weights$/,
  );
  const stranger = new Map(weights).set('norm1.weight', { shape: [1], data: new Float32Array(1) });
  await expect(transferWeights(network, stranger)).rejects.toThrow(
    'the weights have norm1.weight, which this network does not',
  );
  weights.delete('conv2.bias');
  await expect(transferWeights(network, weights)).rejects.toThrow(/conv2\.bias .* missing/);
  network.dispose();
});

test('frozen layers end with the bits they began with, batch norm and moving average included', async () => {
  const spec = createSpec('alexnet', {
    classes: 3,
    input: 32,
    width: 1 / 24,
    headWidth: 1 / 256,
    norm: 'batch',
    conv1: { kernelSize: 5, stride: 2, padding: { top: 0, left: 0, bottom: 1, right: 1 } },
  });
  const network = buildNetwork(tf, spec, { seed: 3 });
  const from = await initialSnapshot(network);
  const still = ['conv1', 'norm1', 'conv2'];
  const recipe: Recipe = {
    ...tinyRecipe,
    ema: 0.9,
    weightDecay: 0.1,
    biasDecay: true,
    layers: Object.fromEntries(still.map((layer) => [layer, { learningRateFactor: 0 }])),
  };
  const source = plainColors(16);
  await train({
    network,
    recipe,
    train: source,
    validation: source,
    preprocessing,
    colors: measureImageColors([await source.image(0), await source.image(1)]),
    seed: 1,
    from,
  });
  for (const [name, { data }] of await network.getWeights()) {
    const same = bits(data) === bits(from.weights.get(name)?.data);
    expect([name, same]).toEqual([name, still.includes(name.split('.')[0] as string)]);
  }
  network.dispose();
});
