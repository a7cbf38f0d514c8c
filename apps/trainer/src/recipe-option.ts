import { parseRecipe, RECIPES, type Recipe } from '@alexnet/trainer';
import { CommandError } from './failure.js';
import { oneOf } from './options/one-of.js';
import { readText } from './read-text.js';

export const DEFAULT_RECIPE = 'quick';

/**
 * `--recipe`: a name, or a JSON file as `--print-recipe` writes it.
 *
 * @throws CommandError `usage` for an unknown name or a file that is no recipe, naming what is wrong in it
 */
export async function openRecipe(given = DEFAULT_RECIPE): Promise<Recipe> {
  if (!/\.json$|[\\/]/i.test(given)) {
    return RECIPES[oneOf('recipe', given, Object.keys(RECIPES))] as Recipe;
  }
  const text = await readText(given).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'EISDIR')
      throw new CommandError('usage', `there is no recipe file ${given}`);
    throw error;
  });
  try {
    return parseRecipe(text);
  } catch (error) {
    throw new CommandError('usage', `${given} is no recipe: ${(error as Error).message}`, {
      cause: error,
    });
  }
}
