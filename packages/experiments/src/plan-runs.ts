import { createHash } from 'node:crypto';
import { createSpec, type NetworkSpec } from '@alexnet/model';
import { applyOverrides, type Recipe } from '@alexnet/trainer';
import { BASE_RECIPE } from './base-recipe.js';
import { changeLayers } from './change-layers.js';
import type { Experiment, Variant } from './experiment.js';
import { MEASURES } from './measures.js';
import type { RunResult } from './run-result.js';
import { type Scale, scaleOf } from './scale.js';

/** One network to train, wanted by one experiment or several. */
export interface PlannedRun {
  /** Equal for equal work: recipe, layers, seed, images, backend and precision. */
  readonly key: string;
  /** Where it is wanted first, for progress and messages. */
  readonly label: string;
  readonly seed: number;
  readonly recipe: Recipe;
  readonly network: NetworkSpec;
  readonly tenCrop: boolean;
  /** What it is trained on. */
  readonly scale: Scale;
  /** The error on training images that ends it, 0..1; null: trained to its last epoch. */
  readonly until: number | null;
}

/** What a run depends on beside its own settings. */
export interface RunGround {
  /** Name of the images and a digest of which are taken. */
  readonly images: string;
  readonly classes: number;
  readonly backend: string;
  readonly precision: string;
}

export interface PlanOptions {
  readonly experiments: readonly Experiment[];
  readonly scale: Scale;
  /** `--seeds`: of every experiment; null: as many as its scale says. */
  readonly seeds: number | null;
  /** Settings that come before every other, for networks smaller still. */
  readonly set: readonly string[];
  /** Of an experiment's images. */
  readonly ground: (experiment: Experiment) => RunGround;
}

/** Runs by key, each once, all variants of a seed before the next seed. */
export function planRuns(options: PlanOptions): readonly PlannedRun[] {
  const { experiments } = options;
  const most = Math.max(...experiments.map((experiment) => seedsOf(experiment, options)));
  const runs = new Map<string, PlannedRun>();
  for (let seed = 1; seed <= most; seed++) {
    for (const experiment of experiments) {
      if (seed > seedsOf(experiment, options)) continue;
      for (const variant of experiment.variants) {
        const run = planRun(experiment, variant, seed, options);
        const known = runs.get(run.key);
        runs.set(run.key, known ? { ...known, tenCrop: known.tenCrop || run.tenCrop } : run);
      }
    }
  }
  return [...runs.values()];
}

/** Results of an experiment by variant, in the order of the seeds; those that all its variants have. */
export function runsOf(
  experiment: Experiment,
  options: PlanOptions,
  results: ReadonlyMap<string, RunResult>,
): ReadonlyMap<string, readonly RunResult[]> {
  const { variants } = experiment;
  const seeds = Array.from({ length: seedsOf(experiment, options) }, (_, at) => at + 1)
    .map((seed) =>
      variants.map((variant) => results.get(planRun(experiment, variant, seed, options).key)),
    )
    .filter((runs) => runs.every((run) => run !== undefined));
  return new Map(
    variants.map(({ name }, at) => [name, seeds.map((runs) => runs[at] as RunResult)]),
  );
}

/** Seeds 1..n are run. */
export function seedsOf(
  experiment: Experiment,
  { seeds, scale }: Pick<PlanOptions, 'seeds' | 'scale'>,
): number {
  return seeds ?? scaleOf(experiment, scale).seeds;
}

/** What a run is trained by before its experiment and variant change it. */
export function baseOf(scale: Scale, set: readonly string[]): Recipe {
  return applyOverrides(BASE_RECIPE, [`epochs=${scale.epochs}`, ...set]);
}

/** The recipe of an experiment before its variants change it. */
export function recipeOf(experiment: Experiment, scale: Scale, set: readonly string[]): Recipe {
  return applyOverrides(baseOf(scaleOf(experiment, scale), set), experiment.set ?? []);
}

/**
 * Which of the settings of `--set` an experiment makes itself, for one of its variants at least: there
 * they have no effect.
 */
export function overruled(experiment: Experiment, set: readonly string[]): readonly string[] {
  const { learningRates, variants } = experiment;
  const own = [
    ...(experiment.set ?? []),
    ...variants.flatMap((variant) => variant.set ?? []),
    ...(variants.some(({ dropsAt }) => dropsAt) ? ['schedule.dropEpochs'] : []),
    ...(learningRates ? ['learningRate'] : []),
  ].map(keyOf);
  const isWithin = (inner: string, outer: string) => `${inner}.`.startsWith(`${outer}.`);
  return set.filter((setting) => {
    const key = keyOf(setting);
    return own.some((one) => isWithin(one, key) || isWithin(key, one));
  });
}

const keyOf = (setting: string) => setting.replace(/=.*$/s, '');

export function planRun(
  experiment: Experiment,
  variant: Variant,
  seed: number,
  { scale, set, ground }: Pick<PlanOptions, 'scale' | 'set' | 'ground'>,
): PlannedRun {
  const changed = applyOverrides(recipeOf(experiment, scale, set), variant.set ?? []);
  const drops = variant.dropsAt?.map((share) => share * changed.epochs);
  const recipe = drops
    ? applyOverrides(changed, [`schedule.dropEpochs=${JSON.stringify(drops)}`])
    : changed;
  const { preset, modifiers } = recipe.network;
  const on = ground(experiment);
  const plain = createSpec(preset, { ...modifiers, classes: on.classes });
  const network = variant.layers ? changeLayers(plain, variant.layers) : plain;
  const { until = null } = experiment;
  const { name: _, source: __, ...settings } = recipe;
  const identity = JSON.stringify([KEY_VERSION, settings, network, seed, until, on]);
  return {
    key: createHash('sha256').update(identity).digest('hex').slice(0, 16),
    label: `${experiment.name}: ${variant.name}, seed ${seed}`,
    seed,
    recipe,
    network,
    tenCrop: [experiment.measure, ...experiment.also].some((name) => MEASURES[name].needsTenCrop),
    scale: scaleOf(experiment, scale),
    until,
  };
}

/** Changes when what a run measures does, so that older results are not taken for new ones. */
const KEY_VERSION = 4;
