import { type ImageSource, makeBatch, preparation } from '@alexnet/augment';
import { buildNetwork, createSpec, predictPrepared } from '@alexnet/model';
import { expect, test } from 'vitest';
import { evaluate } from '../src/index.js';
import { createWorld } from '../src/node.js';
import { collectivesBy, inLockstep } from './in-lockstep.js';
import { CLASSES, plainColors, preprocessing, tf, tinyNetwork } from './tiny.js';

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
  // Among three classes every answer is among the first five.
  expect(result).not.toHaveProperty('top5');
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

test('with ten crops the eight corners are also counted by themselves', async () => {
  const network = tinyNetwork();
  // Noise of another kind on every side, so that crops are answered differently.
  const source: ImageSource = {
    records: Array.from({ length: 12 }, (_, at) => ({ id: `${at}`, label: at % CLASSES })),
    image: async (index) => ({
      width: 36,
      height: 36,
      data: new Uint8Array(36 * 36 * 3).map((_, at) => (at * at * (index + 7)) % 251),
    }),
  };
  const ten = await evaluate({ network, preprocessing }, source, { tenCrop: true });
  const maker = preparation(preprocessing, { tenCrop: true });
  const indices = source.records.map((_, at) => at);
  const batch = await makeBatch(source, indices, maker, { classes: CLASSES });
  // Each crop as an image of its own.
  const crops = await predictPrepared(network, batch);
  const right = crops.filter(({ probabilities }, at) => {
    const isCenter = at % 5 === 2;
    const label = batch.labels[Math.floor(at / 10)] as number;
    return !isCenter && probabilities.indexOf(Math.max(...probabilities)) === label;
  });
  expect(ten.cornerTop1).toBeCloseTo(right.length / (8 * 12), 12);
  expect(await evaluate({ network, preprocessing }, source)).not.toHaveProperty('cornerTop1');
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

test('top-5 counts labels among the first five, where more than five are answers', async () => {
  const spec = createSpec('lenet5', { classes: 7, channels: 3 });
  const network = buildNetwork(tf, spec);
  const weights = await network.getWeights();
  // Always the same order: 6, 5, 4, 3, 2, 1, 0.
  for (const { data } of weights.values()) data.fill(0);
  [...weights.values()].at(-1)?.data.set([0, 1, 2, 3, 4, 5, 6]);
  network.setWeights(weights);
  const source = {
    ...plainColors(7),
    records: [0, 1, 2, 3, 4, 5, 6].map((label) => ({ id: `${label}`, label })),
  };
  const result = await evaluate({ network, preprocessing }, source, {});
  expect([result.top1, result.top5]).toEqual([1 / 7, 5 / 7]);
  const among = [0, 1, 2, 3, 4];
  expect(await evaluate({ network, preprocessing }, source, { among })).not.toHaveProperty('top5');
  network.dispose();
});

test('images that nobody says how to prepare are not prepared', async () => {
  const network = tinyNetwork();
  const asked = evaluate({ network, preprocessing: null }, plainColors(2));
  await expect(asked).rejects.toMatchObject({ code: 'no-preprocessing' });
  network.dispose();
});

test('three processes, one of them without an image, say what one says; where one fails, all do', async () => {
  const network = tinyNetwork();
  const together = (source: ImageSource, others = source) =>
    inLockstep(3, async (rank, exchange) => {
      const world = createWorld({ rank, size: 3 }, collectivesBy(tf, exchange));
      const answerer = { network, preprocessing };
      return evaluate(answerer, rank === 1 ? source : others, { world }).catch(
        (error: Error) => error.message || Promise.reject(error),
      );
    });
  const [broken, none] = [plainColors(11, [9]), plainColors(2)];
  for (const source of [broken, none]) {
    const alone = await evaluate({ network, preprocessing }, source);
    for (const said of await together(source)) {
      expect(said).toEqual({ ...alone, loss: expect.closeTo(alone.loss, 6) });
    }
  }
  const torn = { ...broken, records: broken.records.map((record) => ({ ...record, label: 99 })) };
  const [first, second, third] = await together(torn, broken);
  expect(first).toMatch(/^another process could not validate: \w*Error: ./);
  expect(third).toBe(first);
  expect(first).toContain(second);
  network.dispose();
});

test('one process that is told to stop stops the others', async () => {
  const network = tinyNetwork();
  const ends = await inLockstep(3, (rank, exchange) => {
    const world = createWorld({ rank, size: 3 }, collectivesBy(tf, exchange));
    const signal =
      rank === 1 ? AbortSignal.abort(new Error('Ctrl-C')) : new AbortController().signal;
    const answerer = { network, preprocessing };
    return evaluate(answerer, plainColors(11), { world, signal }).catch((error) =>
      error instanceof Error ? [Reflect.get(error, 'code'), error.message] : Promise.reject(error),
    );
  });
  const other = ['interrupted', 'another process was told to stop'];
  expect(ends).toEqual([other, [undefined, 'Ctrl-C'], other]);
  network.dispose();
});

test('no more than fifty mistakes are kept, and it stops when it is told to', async () => {
  const network = tinyNetwork();
  const source = plainColors(160);
  const answerer = { network, preprocessing };
  const { mistakes, images, top1 } = await evaluate(answerer, source);
  expect(images * (1 - top1)).toBeGreaterThan(50);
  expect(mistakes).toHaveLength(50);
  const stopping = new AbortController();
  const seen: number[] = [];
  const onProgress = (done: number) => {
    seen.push(done);
    setImmediate(() => stopping.abort(new Error('enough')));
  };
  const { signal } = stopping;
  await expect(evaluate(answerer, source, { onProgress, signal })).rejects.toThrow('enough');
  // 64 images a pass where nothing else is said.
  expect(seen).toEqual([64]);
  network.dispose();
});

test('of some answers only those are answers, and share what is certain', async () => {
  const network = tinyNetwork();
  const weights = await network.getWeights();
  for (const { data } of weights.values()) data.fill(0);
  // Softmax of these: 0.7, 0.2, 0.1.
  [...weights.values()].at(-1)?.data.set([7, 2, 1].map(Math.log));
  network.setWeights(weights);
  const answerer = { network, preprocessing };
  const source = { ...plainColors(2), records: [1, 2].map((label) => ({ id: `${label}`, label })) };
  const { loss, top1, mistakes, confusion } = await evaluate(answerer, source, { among: [1, 2] });
  expect(loss).toBeCloseTo((-Math.log(2 / 3) - Math.log(1 / 3)) / 2, 5);
  expect([top1, confusion]).toEqual([
    0.5,
    [
      [0, 0, 0],
      [0, 1, 0],
      [0, 1, 0],
    ],
  ]);
  expect(mistakes).toEqual([
    { id: '2', label: 2, answer: 1, probability: expect.closeTo(2 / 3, 5) },
  ]);
  network.dispose();
});
