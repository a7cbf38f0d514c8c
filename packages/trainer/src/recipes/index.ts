import type { Recipe } from '../recipe.js';
import { paper } from './paper.js';
import { quick } from './quick.js';

/** The recipes by the name `--recipe` takes. */
export const RECIPES: Readonly<Record<string, Recipe>> = { quick, paper };
