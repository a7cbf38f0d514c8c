import { createPipeline } from '@alexnet/augment';
import { checkSettings, nearestName, SettingError } from '@alexnet/augment/settings';
import { createSpec, type NetworkSpec, type Preprocessing, parameterSpecs } from '@alexnet/model';
import { type Recipe, recipeSchema } from './recipe.js';
import { upgradeRecipe } from './upgrade-recipe.js';

/**
 * A recipe from JSON, of this version or before, with the defaults of its operations put in.
 *
 * @throws {SettingError} in one line, for the first setting that does not exist, is of another type or
 * out of range
 */
export function readRecipe(value: unknown): Recipe {
  return checkSettings(recipeSchema, upgradeRecipe(value));
}

/** A network that comes with its weights, and how its images are prepared. */
export interface GivenNetwork {
  readonly network: NetworkSpec;
  readonly preprocessing: Preprocessing;
}

/**
 * The same recipe, when its settings fit each other.
 *
 * @param given trained in place of the recipe's own network
 * @throws {SettingError} for a network that cannot be built, operations that do not fit each other or
 * the network, and layers that the network does not have
 */
export function checkRecipe(recipe: Recipe, given?: GivenNetwork): Recipe {
  const network = given?.network ?? networkOf(recipe);
  checkLayers(recipe, network);
  checkAugment(recipe, given?.preprocessing ?? standIn(recipe, network));
  return recipe;
}

/** The network of a recipe, for images of so many classes. */
function networkOf({ network: { preset, modifiers } }: Recipe): NetworkSpec {
  try {
    return createSpec(preset, modifiers);
  } catch (error) {
    throw new SettingError(`network: ${(error as Error).message}`, { cause: error });
  }
}

/** @throws {SettingError} for a layer without parameters in this network. */
function checkLayers({ layers }: Recipe, spec: NetworkSpec): void {
  const known = [...new Set(parameterSpecs(spec).map(({ layer }) => layer))];
  const unknown = Object.keys(layers).find((layer) => !known.includes(layer));
  if (unknown === undefined) return;
  throw new SettingError(
    `layers.${unknown}: ${spec.preset === 'custom' ? 'the network' : spec.preset} has no layer of this name that learns; did you mean ${nearestName(unknown, known)}?`,
  );
}

/** What images decide of the preprocessing left open. */
function standIn(recipe: Recipe, { input: { height, width } }: NetworkSpec): Preprocessing {
  return {
    resize: { shorterSide: recipe.preprocessing.shorterSide },
    crop: { height, width },
    channelOrder: 'rgb',
    range: 255,
    mean: null,
    std: null,
  };
}

/** Builds the pipeline once. */
function checkAugment({ augment }: Recipe, preprocessing: Preprocessing): void {
  try {
    createPipeline(augment, { preprocessing, colors: ANY_COLORS });
  } catch (error) {
    throw new SettingError((error as Error).message, { cause: error });
  }
}

const ANY_COLORS = {
  mean: [0, 0, 0],
  std: [1, 1, 1],
  eigenvalues: [1, 1, 1],
  eigenvectors: [
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
  ],
  pixels: 1,
} as const;
