import { readFile } from 'node:fs/promises';
import { checkRecipe, RECIPES, type Recipe, readRecipe } from '@alexnet/trainer';
import { CommandError } from './failure.js';
import { oneOf } from './options/one-of.js';

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
  const text = await readFile(given, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT')
      throw new CommandError('usage', `there is no recipe file ${given}`);
    throw error;
  });
  try {
    return checkRecipe(readRecipe(withoutSchema(JSON.parse(text))));
  } catch (error) {
    throw new CommandError('usage', `${given} is no recipe: ${(error as Error).message}`, {
      cause: error,
    });
  }
}

/** `$schema`, which editors read, is no setting. */
function withoutSchema(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  const { $schema: _, ...recipe } = value as Record<string, unknown>;
  return recipe;
}
