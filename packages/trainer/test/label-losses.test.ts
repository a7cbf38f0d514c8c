import type { Batch } from '@alexnet/augment';
import { predict, predictTenCrop } from '@alexnet/model';
import { expect, test } from 'vitest';
import { labelLosses, logSumExp } from '../src/label-losses.js';
import { CLASSES, tf, tinyNetwork } from './tiny.js';

test('a probability too small for a float32 counts what its logits say', async () => {
  const network = tinyNetwork();
  const weights = await network.getWeights();
  weights.get('fc8.weight')?.data.fill(0);
  weights.get('fc8.bias')?.data.set([400, 0, -400]);
  network.setWeights(weights);
  const batch = (views: number): Batch => ({
    pixels: new Float32Array(CLASSES * views * 32 * 32 * 3),
    imageShape: [32, 32, 3],
    labels: Int32Array.of(0, 1, 2),
    targets: new Float32Array(CLASSES * CLASSES),
    ids: ['a', 'b', 'c'],
    skipped: [],
  });
  const one = tf.zeros([CLASSES, 32, 32, 3]);
  const ten = tf.zeros([10 * CLASSES, 32, 32, 3]);
  const answers = await predict(network, one as never);
  expect(answers[1]?.probabilities[1]).toBe(0);
  for (const [views, said] of [
    [1, answers],
    [10, await predictTenCrop(network, ten as never)],
  ] as const) {
    const losses = await labelLosses(network, batch(views), views, said);
    for (const [i, loss] of [0, 400, 800].entries()) expect(losses[i]).toBeCloseTo(loss, 3);
    const among = await labelLosses(network, batch(views), views, said, [1, 2]);
    for (const [i, loss] of [0, 400].entries()) expect(among[i + 1]).toBeCloseTo(loss, 3);
  }
  tf.dispose([one, ten]);
  network.dispose();
});

test('logSumExp neither overflows nor underflows', () => {
  expect(logSumExp([1000, 1000])).toBeCloseTo(1000 + Math.LN2, 12);
  expect(logSumExp([-1000, -1001])).toBeCloseTo(-1000 + Math.log1p(Math.exp(-1)), 12);
  expect(logSumExp([])).toBe(Number.NEGATIVE_INFINITY);
});
