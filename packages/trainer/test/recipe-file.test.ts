import { toJsonSchema } from '@valibot/to-json-schema';
import { expect, test } from 'vitest';
import { formatRecipe, parseRecipe, RECIPES, type Recipe, recipeSchema } from '../src/index.js';
import { upgradeRecipe } from '../src/recipe/upgrade-recipe.js';

// JSON has no infinite numbers, so what JSON Schema cannot say is nothing a file could hold. `vitest -u` writes the file anew after a change of the schema.
test('the schema for editors is what recipes are checked by', async () => {
  const { properties, ...schema } = toJsonSchema(recipeSchema, { errorMode: 'ignore' });
  const whole = { ...schema, properties: { $schema: { type: 'string' }, ...properties } };
  const text = `${JSON.stringify(whole, null, 2)}\n`;
  await expect(text).toMatchFileSnapshot('../recipe.schema.json');
  expect(whole.properties).toHaveProperty('schedule.properties.kind.enum');
});

test.each(Object.keys(RECIPES))('recipe %s comes back from its file', (name) => {
  const recipe = RECIPES[name] as Recipe;
  const text = formatRecipe(recipe);
  expect(parseRecipe(text)).toMatchObject(recipe);
  expect(formatRecipe(parseRecipe(text))).toBe(text);
});

test.each([
  ['{ "name": ', 'not JSON: '],
  ['[]', 'name: is missing'],
  [
    formatRecipe(RECIPES.quick).replace('"momentum": 0.9', '"momentum": 9'),
    'momentum: expects less',
  ],
  [formatRecipe(RECIPES.quick).replace('"epochs"', '"epohcs"'), 'epochs: is missing'],
  [formatRecipe(RECIPES.quick).replace('"randomFlip"', '"flip"'), 'augment[3].op: expects'],
  [formatRecipe(RECIPES.quick).replace('"input": 99', '"input": 98'), 'network: '],
])('a file that is wrong is refused in one line: %#', (text, message) => {
  expect(() => parseRecipe(text)).toThrow(message);
  expect(() => parseRecipe(text)).not.toThrow('\n');
});

test('a recipe of before operations were a list is written as it is now', () => {
  const old = {
    epochs: 3,
    network: {
      preset: 'paper',
      input: null,
      groups: 1,
      conv1Stride: 2,
      conv1Kernel: 7,
      conv1Padding: null,
      conv1Sd: 0.02,
    },
    augment: {
      crop: true,
      flip: false,
      colorPca: 0.1,
      colorForm: 'paper',
      colorEpochs: 5,
      chunk: 4,
    },
    labelSmoothing: 0.1,
    rateInMomentum: 'inside',
    biasRate: 2,
    layers: { conv1: { rate: 0.5, frozenFromEpoch: 7 }, conv2: { dropEpochs: [1] } },
  };
  expect(upgradeRecipe(old)).toEqual({
    epochs: 3,
    network: {
      preset: 'paper',
      modifiers: { groups: 1, conv1: { stride: 2, kernelSize: 7, sd: 0.02 } },
    },
    augment: [
      { op: 'resize' },
      { op: 'centralSquare' },
      { op: 'randomCrop', sharedBy: 4 },
      { op: 'randomFlip', probability: 0, sharedBy: 4 },
      { op: 'fancyPca', sd: 0.1, form: 'paper', untilEpoch: 5 },
      { op: 'normalize' },
      { op: 'labelSmoothing', amount: 0.1 },
    ],
    learningRateInMomentum: 'inside',
    biasLearningRateFactor: 2,
    layers: { conv1: { learningRateFactor: 0.5, frozenFromEpoch: 7 }, conv2: { dropEpochs: [1] } },
  });
  expect(
    upgradeRecipe({
      network: { preset: 'alexnet' },
      augment: { crop: false, flip: true, colorPca: 0, randomResizedCrop: true, chunk: 1 },
    }),
  ).toMatchObject({
    network: { preset: 'alexnet', modifiers: {} },
    augment: [{ op: 'randomResizedCrop' }, { op: 'randomFlip' }, { op: 'normalize' }],
    layers: {},
  });
});

test.each([null, 'quick', [], { augment: [] }, { augment: null }])(
  'what is no such recipe is given back as it is: %j',
  (value) => expect(upgradeRecipe(value)).toBe(value),
);
