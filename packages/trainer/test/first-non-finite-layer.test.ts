import { makeBatch, preparation } from '@alexnet/augment';
import { afterAll, expect, test } from 'vitest';
import { firstNonFiniteLayer } from '../src/first-non-finite-layer.js';
import { CLASSES, plainColors, preprocessing, tf, tinyNetwork } from './tiny.js';

const network = tinyNetwork();
const batch = await makeBatch(plainColors(2), [0, 1], preparation(preprocessing), {
  classes: CLASSES,
});
const start = await network.getWeights();
afterAll(() => network.dispose());

async function answerWith(name: string, value: number) {
  const weights = new Map(
    [...start].map(([key, { shape, data }]) => [key, { shape, data: data.slice() }]),
  );
  weights.get(name)?.data.fill(value);
  network.setWeights(weights);
  const before = tf.memory().numTensors;
  const answer = await firstNonFiniteLayer(network, batch);
  expect(tf.memory().numTensors).toBe(before);
  return answer;
}

test('the first parameter that is not finite is named, else the first layer, else that all are', async () => {
  expect(await answerWith('conv2.weight', Number.NaN)).toBe('first in conv2.weight');
  expect(await answerWith('fc6.bias', Number.POSITIVE_INFINITY)).toBe('first in fc6.bias');
  expect(await answerWith('conv1.weight', 3e38)).toBe('first after conv1');
  expect(await answerWith('conv3.bias', 0)).toBe(
    'though every layer is finite for the first image',
  );
});
