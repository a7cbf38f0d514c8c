import type { Recipe } from '../recipe/recipe.js';
import { caffe } from './caffe.js';
import { paper } from './paper.js';
import { quick } from './quick.js';
import { showcase } from './showcase.js';
import { showcaseModern } from './showcase-modern.js';
import { source2012 } from './source-2012.js';
import { torchvision } from './torchvision.js';

/** What `--recipe` takes. */
export type RecipeName =
  | 'quick'
  | 'showcase'
  | 'showcase-modern'
  | 'paper'
  | '2012'
  | 'caffe'
  | 'torchvision';

/** The recipes by the name `--recipe` takes. */
export const RECIPES: Readonly<Record<RecipeName, Recipe>> &
  Readonly<Record<string, Recipe | undefined>> = {
  quick,
  showcase,
  'showcase-modern': showcaseModern,
  paper,
  '2012': source2012,
  caffe,
  torchvision,
};
