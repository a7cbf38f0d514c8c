import { applyOverrides, RECIPES, type Recipe } from '@alexnet/trainer';

/**
 * What every run has that its experiment does not change: `quick` at a quarter of the paper's width on
 * 55 px crops of 64, conv1 11×11 with stride 2, (55 - 11) / 2 + 1 = 23.
 */
export const BASE_RECIPE: Recipe = applyOverrides(RECIPES.quick as Recipe, [
  'network.input=55',
  'network.conv1.stride=2',
  'network.width=0.25',
  'network.headWidth=0.0625',
  'preprocessing.shorterSide=64',
]);
