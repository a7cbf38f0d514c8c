import type { Dataset } from '@alexnet/data';
import type { NetworkSpec } from '@alexnet/model';
import {
  changeSettings,
  checkRecipe,
  describeRecipe,
  preprocessingFor,
  type Recipe,
} from '@alexnet/trainer';
import { CommandError } from './failure.js';
import { measureColors, measureMeanImage } from './measure-training.js';
import { requirePreset, specOrUsageError } from './preset-argument.js';
import { openRecipe } from './recipe-option.js';
import { divisionAsked } from './run/division.js';
import { limitsOf } from './run/run-limits.js';
import type { RunRecord } from './run-folder.js';
import { say } from './say.js';
import { freeze, recipeFrom, type StartWeights } from './start-weights.js';
import type { TrainCommandOptions, TypedOptions } from './train-options.js';
import { typedCommand } from './typed-command.js';

export const DEFAULT_SEED = 1;

/** Everything decided before the first step, from the command line and the images. */
export async function planRun(
  options: TrainCommandOptions,
  chosen: Recipe,
  dataset: Dataset,
  start: StartWeights | null,
): Promise<RunRecord> {
  const network = start?.network ?? networkFor(chosen, dataset);
  const recipe = freeze(start ? recipeFrom(chosen, start) : chosen, network, options.freeze ?? []);
  say(`recipe: ${recipe.name} (${recipe.source})`);
  say(describe(recipe, network));
  const { shorterSide, mean } = recipe.preprocessing;
  const colors = await measureColors(dataset, shorterSide);
  const preprocessing =
    start?.preprocessing ??
    preprocessingFor(
      recipe,
      network,
      colors,
      mean === 'image' ? await measureMeanImage(dataset, shorterSide) : null,
    );
  return {
    format: 1,
    created: new Date().toISOString(),
    command: typedCommand(),
    data: options.data ?? dataset.name,
    datasetName: dataset.name,
    seed: options.seed ?? DEFAULT_SEED,
    division: divisionAsked(options),
    trainImages: dataset.train.records.length,
    validationImages: dataset.validation.records.length,
    classNames: dataset.classNames,
    recipe,
    network,
    preprocessing,
    colors,
    parts: [],
    limits: limitsOf(options),
    ...(start ? { start: start.record } : {}),
  };
}

/** The network of a recipe, for the classes of these images. */
export function networkFor({ network }: Recipe, dataset: Dataset): NetworkSpec {
  const classes = dataset.classNames.length;
  return specOrUsageError(network.preset, { ...network.modifiers, classes });
}

/**
 * `--print-recipe`: what a new run would be trained by.
 *
 * @throws CommandError `usage` where weights or a run bring their own
 */
export async function recipeToPrint(options: TypedOptions): Promise<Recipe> {
  const others = [
    ...(options.init === undefined ? [] : ['--init']),
    ...(options.resume ? ['--resume'] : []),
  ];
  if (others.length > 0) {
    throw new CommandError(
      'usage',
      `--print-recipe writes the recipe of a run that starts anew: leave out ${others.join(', ')} (a run's own recipe is in its run.json)`,
    );
  }
  const recipe = await resolveRecipe(options);
  const { preset, modifiers } = recipe.network;
  return freeze(recipe, specOrUsageError(preset, modifiers), options.freeze ?? []);
}

/** `--recipe` with what other options and `--set` change in it; with `--init` for whatever network comes with it. */
export async function resolveRecipe(options: TypedOptions): Promise<Recipe> {
  const base = await openRecipe(options.recipe);
  if (options.preset !== undefined) requirePreset(options.preset);
  try {
    const recipe = changeSettings(base, [
      ...(options.preset === undefined ? [] : [`network.preset=${options.preset}`]),
      ...(options.epochs === undefined ? [] : [`epochs=${options.epochs}`]),
      ...(options.batchSize === undefined ? [] : [`batchSize=${options.batchSize}`]),
      ...(options.lr === undefined ? [] : [`learningRate=${options.lr}`]),
      ...(options.precision === undefined ? [] : [`precision=${options.precision}`]),
      ...(options.earlyStopping === undefined ? [] : [`stopAfter=${options.earlyStopping}`]),
      ...options.set,
    ]);
    const weighed = weighClasses(recipe, options.classWeights);
    return options.init === undefined ? checkRecipe(weighed) : weighed;
  } catch (error) {
    throw new CommandError('usage', (error as Error).message);
  }
}

/** `--class-weights balanced`: after all that is done to a batch; `none` takes them out. */
function weighClasses(recipe: Recipe, how: TypedOptions['classWeights']): Recipe {
  if (how === undefined) return recipe;
  const others = recipe.augment.filter(({ op }) => op !== 'classWeights');
  const balanced = { op: 'classWeights', weights: 'balanced' } as const;
  return { ...recipe, augment: how === 'balanced' ? [...others, balanced] : others };
}

/** The network in a line and every setting of the resolved recipe. */
function describe(recipe: Recipe, network: NetworkSpec): string {
  const { height, width } = network.input;
  return [
    `  network ${network.preset}, ${height}×${width} px crops of ${recipe.preprocessing.shorterSide}, ${network.classes} classes`,
    ...wrap(describeRecipe(recipe)),
  ].join('\n');
}

const LINE_WIDTH = 100;

/** Words put together into indented lines. */
function wrap(words: readonly string[]): string[] {
  const lines: string[] = [];
  for (const word of words) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + word.length < LINE_WIDTH) {
      lines[lines.length - 1] = `${last} ${word}`;
    } else lines.push(`  ${word}`);
  }
  return lines;
}
