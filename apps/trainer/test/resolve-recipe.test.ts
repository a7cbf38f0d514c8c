import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { formatRecipe, RECIPES, type Recipe } from '@alexnet/trainer';
import { expect, it } from 'vitest';
import { recipeToPrint, resolveRecipe } from '../src/plan-run.js';

it('every option that stands for a setting of the recipe changes it', async () => {
  const recipe = await resolveRecipe({
    recipe: 'quick',
    epochs: 3,
    batchSize: 16,
    lr: 0.5,
    earlyStopping: 2,
    precision: 'auto',
    classWeights: 'balanced',
    set: ['momentum=0.5'],
  });
  expect(recipe).toMatchObject({
    name: 'quick',
    epochs: 3,
    batchSize: 16,
    learningRate: 0.5,
    stopAfter: 2,
    precision: 'auto',
    momentum: 0.5,
  });
  expect(recipe.augment.at(-1)).toMatchObject({ op: 'classWeights', weights: 'balanced' });
  const other = await resolveRecipe({ recipe: 'paper', preset: 'caffe', set: [] });
  expect(other.network.preset).toBe('caffe');
});

it('the recipe that is printed is trained by as it is, frozen layers and all', async () => {
  const { layers } = await recipeToPrint({ recipe: 'quick', freeze: ['conv1'], set: [] });
  expect(layers).toEqual({ conv1: { learningRateFactor: 0 } });
  await expect(recipeToPrint({ init: 'other.pth', set: [] })).rejects.toThrow('leave out --init');
});

it('a recipe file is read as Windows writes it, and a folder is none', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'alexnet-recipe-'));
  const path = join(folder, 'my.json');
  const text = `\ufeff${formatRecipe(RECIPES.paper as Recipe)}`;
  for (const encoding of ['utf8', 'utf16le'] as const) {
    await writeFile(path, text, encoding);
    expect(await resolveRecipe({ recipe: path, set: [] })).toMatchObject(RECIPES.paper as Recipe);
  }
  await expect(resolveRecipe({ recipe: `${folder}/`, set: [] })).rejects.toThrow('no recipe file');
  await rm(folder, { recursive: true });
});
