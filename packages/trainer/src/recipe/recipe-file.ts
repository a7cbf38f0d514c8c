import { SettingError } from '@alexnet/augment/settings';
import { checkRecipe, readRecipe } from './check-recipe.js';
import type { Recipe } from './recipe.js';

/** For editors, where the package is installed beside the file: names, ranges and meanings of settings. */
const SCHEMA = './node_modules/@alexnet/trainer/recipe.schema.json';

/**
 * The recipe in the text of a file, as {@link formatRecipe} writes it.
 *
 * @throws {SettingError} in one line, when it is not JSON or as `readRecipe` and `checkRecipe`
 */
export function parseRecipe(text: string): Recipe {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new SettingError(`not JSON: ${(error as Error).message.replaceAll(/\s+/g, ' ')}`, {
      cause: error,
    });
  }
  if (typeof value === 'object' && value !== null && '$schema' in value) {
    const { $schema: _, ...recipe } = value;
    return checkRecipe(readRecipe(recipe));
  }
  return checkRecipe(readRecipe(value));
}

/** A recipe as the text of a file that `--recipe FILE` takes. */
export function formatRecipe(recipe: Recipe): string {
  return `${JSON.stringify({ $schema: SCHEMA, ...readRecipe(recipe) }, null, 2)}\n`;
}
