import { expect, test } from 'vitest';
import { evaluate } from '../src/index.js';
import { CLASSES, plainColors, preprocessing, tinyNetwork } from './tiny.js';

test('every readable image is counted once, the last short batch too', async () => {
  const network = tinyNetwork();
  const seen: number[] = [];
  const source = plainColors(11, [2]);
  const result = await evaluate({ network, preprocessing }, source, {
    batchSize: 4,
    onProgress: (done) => void seen.push(done),
  });
  expect(seen).toEqual([4, 8, 11]);
  expect(result.images).toBe(10);
  expect(result.skipped.map(({ id }) => id)).toEqual(['2.png']);
  expect(result.confusion.map((row) => row.reduce((a, b) => a + b))).toEqual([4, 4, 2]);
  expect(result.majority).toEqual({ label: 0, share: 0.4 });
  const right = result.confusion.reduce((sum, row, label) => sum + (row[label] as number), 0);
  expect(result.top1).toBeCloseTo(right / 10, 12);
  expect(result.top5).toBe(1);
  network.dispose();
});

test('ten crops and one are different questions to the same network', async () => {
  const network = tinyNetwork();
  const source = plainColors(6);
  const answerer = { network, preprocessing };
  const one = await evaluate(answerer, source);
  const ten = await evaluate(answerer, source, { tenCrop: true });
  expect([one.view, ten.view]).toEqual(['center crop', 'ten crops']);
  expect(ten.images).toBe(6);
  // Plain images look the same in every crop.
  expect(ten.loss).toBeCloseTo(one.loss, 5);
  network.dispose();
});

test('a network whose answers are not numbers scores nothing', async () => {
  const network = tinyNetwork();
  const weights = await network.getWeights();
  const last = [...weights.keys()].filter((name) => name.endsWith('.bias')).at(-1) as string;
  weights.get(last)?.data.fill(Number.NaN);
  network.setWeights(weights);
  const result = await evaluate({ network, preprocessing }, plainColors(6));
  expect(result.top1).toBe(0);
  network.dispose();
});

test('mistakes are the wrong answers, the surest first', async () => {
  const network = tinyNetwork();
  const source = plainColors(12);
  const result = await evaluate({ network, preprocessing }, source, {
    batchSize: 5,
  });
  const right = result.confusion.reduce((sum, row, label) => sum + (row[label] as number), 0);
  expect(right).toBeLessThan(12);
  expect(result.mistakes).toHaveLength(12 - right);
  for (const { id, label, answer, probability } of result.mistakes) {
    expect(source.records.find((record) => record.id === id)?.label).toBe(label);
    expect(answer).not.toBe(label);
    expect(probability).toBeGreaterThan(1 / CLASSES);
  }
  const sureness = result.mistakes.map(({ probability }) => probability);
  expect(sureness).toEqual([...sureness].sort((a, b) => b - a));
  network.dispose();
});
