import type { Recipe } from '../recipe.js';
import { paper } from './paper.js';
import { quick } from './quick.js';
import { quickWasm } from './quick-wasm.js';

/** The recipes by the name `--recipe` takes. */
export const RECIPES: Readonly<Record<string, Recipe>> = {
  quick,
  'quick-wasm': quickWasm,
  paper,
};
