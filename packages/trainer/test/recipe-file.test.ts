import { toJsonSchema } from '@valibot/to-json-schema';
import { expect, test } from 'vitest';
import { formatRecipe, parseRecipe, RECIPES, type Recipe, recipeSchema } from '../src/index.js';

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
