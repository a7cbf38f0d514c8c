import { expect, test } from 'vitest';
import { trainingBatch } from '../src/index.js';
import { prefetch } from '../src/prefetch.js';
import { plainColors, preprocessing, tinyRecipe } from './tiny.js';

const colors = {
  mean: [128, 128, 128],
  std: [50, 50, 50],
  eigenvalues: [5000, 300, 20],
  eigenvectors: [
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
  ],
  pixels: 1000,
} as const;

test('an image is augmented alike whatever batch it is in, and unreadable ones are left out', async () => {
  const source = plainColors(6, [4]);
  const options = {
    seed: 3,
    epoch: 2,
    preprocessing,
    colors,
    recipe: tinyRecipe.augment,
    firstPosition: 0,
  };
  const whole = await trainingBatch(source, Uint32Array.of(0, 1, 4, 2), options);
  const alone = await trainingBatch(source, Uint32Array.of(2), { ...options, firstPosition: 3 });
  const size = 32 * 32 * 3;
  expect(whole.ids).toEqual(['0.png', '1.png', '2.png']);
  expect([...whole.labels]).toEqual([0, 1, 2]);
  expect(whole.skipped).toEqual([{ id: '4.png', reason: '4.png is not an image' }]);
  expect(whole.pixels).toHaveLength(3 * size);
  expect(whole.pixels.subarray(2 * size)).toEqual(alone.pixels);
});

test('neighbors in a chunk share crop and flip, across batches too; noise ends with its epochs', async () => {
  // Every image alike, so that only placement and noise can differ.
  const plain = plainColors(8);
  const ramp = {
    width: 36,
    height: 36,
    data: new Uint8Array(36 * 36 * 3).map((_, at) => at % 251),
  };
  const source = { ...plain, image: async () => ramp };
  const load = async (first: number, indices: number[], changes: object) => {
    const recipe = { ...tinyRecipe.augment, chunk: 4, colorEpochs: 2, ...changes };
    const options = { seed: 3, epoch: 2, preprocessing, colors, recipe, firstPosition: first };
    const { pixels } = await trainingBatch(source, Uint32Array.from(indices), options);
    const size = pixels.length / indices.length;
    return indices.map((_, at) => pixels.slice(at * size, (at + 1) * size));
  };
  const [, b, c, d] = await load(2, [6, 1, 4, 7], {});
  const [, e] = await load(4, [0, 5], {});
  // Positions 3 | 4, 5 and 4, 5: the second chunk begins at position 4.
  expect(c).toEqual(d);
  expect(c).toEqual(e);
  expect(b).not.toEqual(c);
  const [noisy, other] = await load(0, [0, 1], { colorEpochs: 3 });
  expect(noisy).not.toEqual(other);
});

test('prefetch keeps the order, runs ahead by its depth and reports a failure at its turn', async () => {
  const loading: number[] = [];
  const load = async (item: number) => {
    loading.push(item);
    if (item === 3) throw new Error('third');
    return item * 10;
  };
  const got: number[] = [];
  const reading = async () => {
    for await (const value of prefetch([1, 2, 3, 4], load, 2)) {
      if (got.length === 0) expect(loading).toEqual([1, 2, 3]);
      got.push(value);
    }
  };
  await expect(reading()).rejects.toThrow('third');
  expect(got).toEqual([10, 20]);
});
