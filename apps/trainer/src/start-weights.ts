import type { Model } from '@alexnet/convert';
import type { Dataset } from '@alexnet/data';
import {
  meanImageOf,
  type Network,
  type NetworkSpec,
  type Preprocessing,
  type Weight,
  withClasses,
} from '@alexnet/model';
import { matchClasses } from '@alexnet/model/classes';
import {
  checkRecipe,
  initialSnapshot,
  type Recipe,
  type Snapshot,
  transferWeights,
} from '@alexnet/trainer';
import { closest } from 'fastest-levenshtein';
import { CommandError } from './failure.js';
import { trainedValidation } from './run/trained-validation.js';
import type { StartRecord } from './run-folder.js';
import { say } from './say.js';
import type { TrainCommandOptions } from './train-options.js';
import { openNetworkFile } from './weights-file.js';

/** What `--init` starts a run from. */
export interface StartWeights {
  readonly network: NetworkSpec;
  readonly preprocessing: Preprocessing;
  /** Rate asked for in place of the file's; null leaves it. */
  readonly dropout: number | null;
  /** tfjs layout; without the last layer where the classes are others. */
  readonly weights: ReadonlyMap<string, Weight>;
  /** One line about validation images that the weights were trained on; null where there are none. */
  readonly trainedValidation: string | null;
  /** For the run's record and the weights it writes. */
  readonly record: StartRecord;
}

/**
 * Reads `--init`: the network and its preprocessing are the file's, the classes the images'.
 *
 * @throws Error when the file cannot be read exactly or is silent about its preprocessing
 */
export async function openStart(
  path: string,
  dataset: Dataset,
  dropout: number | null = null,
): Promise<StartWeights> {
  const { model: file, path: found } = await openNetworkFile(path);
  if (!file.preprocessing) {
    throw new Error(
      `${found} does not say how its images were prepared, so no run can start from it (alexnet convert --preprocessing or --mean adds it)`,
    );
  }
  const { spec } = file;
  if (spec.input.channels !== 3) {
    throw new Error(`${found} looks at gray images; training here takes color ones`);
  }
  const same = areClasses(file, dataset);
  const head = spec.layers.filter(({ op }) => op === 'dense' || op === 'conv').at(-1)?.name ?? '';
  const weights = [...file.weights].filter(([name]) => same || !name.startsWith(`${head}.`));
  return {
    network: withDropout(withClasses(spec, dataset.classNames.length), dropout, found),
    dropout,
    preprocessing: file.preprocessing,
    weights: new Map(weights),
    trainedValidation: await trainedValidation(found, file.provenance?.dataset, dataset),
    record: {
      weights: path,
      classes: spec.classes,
      fresh: same ? [] : [head],
      provenance: file.provenance,
    },
  };
}

/** Whether the outputs are the classes of the images in their order, whatever those are called; where they have no names, as many. */
function areClasses({ spec: { classes }, classNames }: Model, dataset: Dataset): boolean {
  const { classNames: names, classIds: ids } = dataset;
  if (classNames === null) return classes === names.length;
  const { outputs } = matchClasses(
    { names: classNames, count: classes },
    { names, ids, count: names.length },
  );
  return outputs.length === classes && outputs.every((output, label) => output === label);
}

/**
 * The rate of every dropout layer set anew: it has no weights, so a file does not bind it.
 *
 * @throws CommandError `usage` where no layer drops anything
 */
function withDropout(spec: NetworkSpec, rate: number | null, path: string): NetworkSpec {
  if (rate === null) return spec;
  if (rate > 0 && !spec.layers.some(({ op }) => op === 'dropout')) {
    throw new CommandError(
      'usage',
      `--set network.dropout=${rate}: the network of ${path} has no dropout layer, and none is added`,
    );
  }
  const layers = spec.layers.map((layer) => (layer.op === 'dropout' ? { ...layer, rate } : layer));
  return { ...spec, layers };
}

/** `--set network.dropout=RATE`, the one setting of a network that weights leave open. */
export function dropoutAsked(options: TrainCommandOptions, recipe: Recipe): number | null {
  return options.set.some(setsDropout) ? (recipe.network.modifiers.dropout ?? null) : null;
}

const setsDropout = (setting: string) => setting.startsWith('network.dropout=');

/** Puts the weights into the network of the run, which then starts from this snapshot. */
export async function applyStart(network: Network, start: StartWeights): Promise<Snapshot> {
  const { taken, fresh } = await transferWeights(network, start.weights);
  const renewed = fresh.length > 0 ? `; ${fresh.join(', ')} starts anew` : '';
  say(`starting from ${start.record.weights}: ${taken.join(', ')}${renewed}`);
  if (start.trainedValidation !== null) say(start.trainedValidation);
  return initialSnapshot(network);
}

/**
 * `recipe` as it is with the network and the images of `start`.
 *
 * @throws CommandError `usage` for layers that this network does not have and operations that do not fit it
 */
export function recipeFrom(recipe: Recipe, start: StartWeights): Recipe {
  const { network, preprocessing } = start;
  const preset = network.preset === 'custom' ? recipe.network.preset : network.preset;
  const deviation = preprocessing.std?.[0] ?? 1;
  const { dropout } = start;
  try {
    checkRecipe(recipe, start);
  } catch (error) {
    throw new CommandError('usage', (error as Error).message, { cause: error });
  }
  return {
    ...recipe,
    network: { preset, modifiers: dropout === null ? {} : { dropout } },
    preprocessing: {
      shorterSide: preprocessing.resize.shorterSide,
      divideBy: (deviation * 255) / preprocessing.range,
      ...(meanImageOf(preprocessing) && { mean: 'image' }),
    },
  };
}

/** The settings that decide the network, but for dropout, are its file's where there is one. */
export function refuseOtherNetwork(options: TrainCommandOptions): void {
  if (options.init === undefined) return;
  const given = [
    ...(options.preset === undefined ? [] : ['--preset']),
    ...options.set
      .filter((setting) => /^(network|preprocessing)\./.test(setting) && !setsDropout(setting))
      .map((setting) => `--set ${setting}`),
  ];
  if (given.length > 0) {
    throw new CommandError(
      'usage',
      `--init brings its own network and preprocessing: leave out ${given.join(', ')}`,
    );
  }
}

/**
 * `--freeze conv1,conv2`: learning rate factor 0 for these layers.
 *
 * @throws CommandError `usage` naming the nearest layer, or when nothing would be left to learn
 */
export function freeze(recipe: Recipe, network: NetworkSpec, layers: readonly string[]): Recipe {
  const learning = network.layers
    .filter(({ op }) => op === 'conv' || op === 'dense' || op === 'batchnorm')
    .map(({ name }) => name);
  const unknown = layers.find((layer) => !learning.includes(layer));
  if (unknown !== undefined) {
    throw new CommandError(
      'usage',
      `--freeze ${unknown}: no layer with weights is called so; did you mean ${closest(unknown, learning)}?`,
    );
  }
  if (learning.every((layer) => layers.includes(layer))) {
    throw new CommandError(
      'usage',
      '--freeze names every layer with weights: nothing is left to learn',
    );
  }
  const frozen = layers.map(
    (layer) => [layer, { ...recipe.layers[layer], learningRateFactor: 0 }] as const,
  );
  return { ...recipe, layers: { ...recipe.layers, ...Object.fromEntries(frozen) } };
}
