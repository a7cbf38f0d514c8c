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
