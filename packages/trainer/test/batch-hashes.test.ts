import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createPipeline, createRng, makeBatch, measureImageColors } from '@alexnet/augment';
import { createSpec } from '@alexnet/model';
import { expect, test } from 'vitest';
import { preprocessingFor, RECIPES, type Recipe, readRecipe } from '../src/index.js';

/**
 * Batches as they were before operations were a list: SHA-256 of the pixels and labels of two batches,
 * in epochs 0 and 70, by recipe and by what of its augmentation was switched. Resuming an older run
 * rests on them.
 */
const golden: Readonly<Record<string, string>> = JSON.parse(
  readFileSync(new URL('goldens/batch-hashes.json', import.meta.url), 'utf8'),
);

const SIZES = [
  [300, 260],
  [256, 256],
  [131, 400],
  [64, 64],
  [70, 90],
  [500, 375],
] as const;
const images = SIZES.map(([width, height], i) => {
  const rng = createRng(99, i);
  const data = new Uint8Array(width * height * 3);
  for (let k = 0; k < data.length; k++) {
    data[k] = (rng.below(64) + 40 * i + (k % 3) * 20 + (k >> 9)) & 255;
  }
  return { width, height, data };
});
const source = {
  records: images.map((_, i) => ({ id: `${i}`, label: i % 3 })),
  image: async (i: number) => images[i] as (typeof images)[0],
};
const colors = measureImageColors(images);

async function hashOf(recipe: Recipe): Promise<string> {
  const { preset, modifiers } = recipe.network;
  const own = { preprocessing: { ...recipe.preprocessing, mean: 'channel' } } as const;
  const preprocessing = preprocessingFor(own, createSpec(preset, modifiers), colors);
  const pipeline = createPipeline(recipe.augment, { preprocessing, colors });
  const hash = createHash('sha256');
  for (const epoch of [0, 70]) {
    const maker = pipeline.at({ seed: 7, epoch, first: 30 });
    const { pixels, labels } = await makeBatch(source, [3, 1, 0, 2, 5, 4], maker, { classes: 3 });
    hash.update(new Uint8Array(pixels.buffer, pixels.byteOffset, pixels.byteLength));
    hash.update(labels.join());
  }
  return hash.digest('hex');
}

test.each(Object.keys(RECIPES))('recipe %s makes the batches it always made', async (name) => {
  expect(await hashOf(RECIPES[name] as Recipe)).toBe(golden[name]);
});

/** What `augment` was in a run's record. */
const SWITCHES = {
  crop: true,
  flip: true,
  colorPca: 0.1,
  colorForm: 'paper',
  colorEpochs: 0,
  chunk: 1,
  randomResizedCrop: false,
};

test.each([
  ['paper', {}, ''],
  ['paper', { crop: false }, 'crop'],
  ['paper', { flip: false }, 'flip'],
  ['paper', { colorPca: 0 }, 'pca'],
  ['paper', { colorForm: 'deviation' }, 'deviation'],
  ['paper', { crop: false, flip: false, colorPca: 0 }, 'none'],
  ['paper', { chunk: 4 }, 'chunk'],
  ['paper', { chunk: 4, crop: false }, 'chunknocrop'],
  ['2012', { colorForm: 'source2012', colorEpochs: 67, chunk: 32, crop: false }, 'crop'],
  ['torchvision', { randomResizedCrop: true, colorPca: 0, crop: false }, 'crop'],
  ['torchvision', { randomResizedCrop: true, colorPca: 0, chunk: 4 }, 'chunk'],
  ['torchvision', { randomResizedCrop: true, colorForm: 'deviation' }, 'deviation'],
])('an older record of %s with %j makes the batches it made', async (name, change, variant) => {
  const recipe = RECIPES[name] as Recipe;
  const { learningRateInMomentum, biasLearningRateFactor, ...rest } = recipe;
  const old = {
    ...rest,
    network: { preset: recipe.network.preset, input: null, conv1Stride: null },
    augment: { ...SWITCHES, ...change },
    rateInMomentum: learningRateInMomentum,
    biasRate: biasLearningRateFactor,
    labelSmoothing: 0,
  };
  expect(await hashOf(readRecipe(old))).toBe(golden[`${name} ${variant}`.trim()]);
});
