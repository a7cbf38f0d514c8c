import { createPipeline, makeBatch } from '@alexnet/augment';
import { expect, test } from 'vitest';
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
  const pipeline = createPipeline(tinyRecipe.augment, { preprocessing, colors });
  const load = (indices: readonly number[], first: number) =>
    makeBatch(source, indices, pipeline.at({ seed: 3, epoch: 2, first }), { classes: 4 });
  const whole = await load([0, 1, 4, 2], 0);
  const alone = await load([2], 3);
  const size = 32 * 32 * 3;
  expect(whole.ids).toEqual(['0.png', '1.png', '2.png']);
  expect([...whole.labels]).toEqual([0, 1, 2]);
  expect([...whole.targets]).toEqual([1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0]);
  expect(whole.skipped).toEqual([{ id: '4.png', reason: '4.png is not an image' }]);
  expect(whole.pixels).toHaveLength(3 * size);
  expect(whole.pixels.subarray(2 * size)).toEqual(alone.pixels);
});

test('no more images are read ahead than asked for, in order', async () => {
  const plain = plainColors(9);
  const asked: number[] = [];
  let reading = 0;
  let most = 0;
  const source = {
    records: plain.records,
    image: async (index: number) => {
      asked.push(index);
      most = Math.max(most, ++reading);
      const image = await plain.image(index);
      reading--;
      return image;
    },
  };
  const pipeline = createPipeline(tinyRecipe.augment, { preprocessing, colors });
  const indices = [8, 0, 7, 1, 6, 2, 5, 3, 4];
  const options = { classes: 3, ahead: 3 };
  const maker = pipeline.at({ seed: 1, epoch: 0, first: 0 });
  const { ids } = await makeBatch(source, indices, maker, options);
  expect(ids).toEqual(indices.map((index) => `${index}.png`));
  expect([asked, most]).toEqual([indices, 3]);
});
