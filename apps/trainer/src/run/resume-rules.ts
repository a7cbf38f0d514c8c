import { stoppedEarly, type TrainState } from '@alexnet/trainer';
import { CommandError } from '../failure.js';
import { DATA_HELP } from '../open-data.js';
import type { RunRecord } from '../run-folder.js';
import { say } from '../say.js';
import type { TrainCommandOptions } from '../train-options.js';
import { limitsOf } from './run-limits.js';

/** How an option was spelled, by its name in {@link TrainCommandOptions}. */
const DECIDED_AT_START = {
  recipe: '--recipe',
  seed: '--seed',
  splitSeed: '--split-seed',
  validationShare: '--validation-share',
  init: '--init',
  freeze: '--freeze',
  preset: '--preset',
  batchSize: '--batch-size',
  lr: '--lr',
  earlyStopping: '--early-stopping',
  classWeights: '--class-weights',
} as const satisfies Partial<Record<keyof TrainCommandOptions, string>>;

/**
 * `--resume` continues the run as it was started: what decides its numbers cannot be given again.
 *
 * @throws CommandError `usage` naming what was given, and what the run has
 */
export function refuseChanges(options: TrainCommandOptions, record: RunRecord): void {
  const given: string[] = Object.entries(DECIDED_AT_START)
    .filter(([key]) => options[key as keyof typeof DECIDED_AT_START] !== undefined)
    .map(([, name]) => name);
  if (options.set.length > 0) given.push('--set');
  if (given.length === 0) return;
  throw new CommandError(
    'usage',
    `--resume continues the run as it was started (recipe ${record.recipe.name}, seed ${record.seed}): leave out ${given.join(', ')}`,
  );
}

/** The command that began a run, as it goes on with it: `--resume` without what was decided then. */
export function goingOn(options: TrainCommandOptions): TrainCommandOptions {
  const kept = Object.entries(options).filter(([key]) => !(key in DECIDED_AT_START));
  return { ...(Object.fromEntries(kept) as unknown as TrainCommandOptions), set: [], resume: true };
}

/** @throws CommandError `usage` when a new run has no images */
export function requireData({ data }: TrainCommandOptions): string {
  if (data === undefined) throw new CommandError('usage', `--data is missing: ${DATA_HELP}`);
  return data;
}

/** `--epochs` at --resume: more of them, or as many as there are. @throws CommandError `usage` for fewer than are done */
function epochsOf(options: TrainCommandOptions, record: RunRecord, done: number): number {
  const { epochs = record.recipe.epochs } = options;
  if (epochs < done) {
    throw new CommandError('usage', `--epochs ${epochs}: the run has done ${done} already`);
  }
  return epochs;
}

/** What a run goes on with that was not given again. */
function kept(options: TrainCommandOptions, { recipe, seed, limits, data }: RunRecord): string {
  const parts = [`recipe ${recipe.name}`, `seed ${seed}`];
  if (options.epochs === undefined) parts.push(`${recipe.epochs} epochs`);
  if (options.steps === undefined && limits.steps !== null) parts.push(`--steps ${limits.steps}`);
  if (options.data === undefined) parts.push(`images ${data}`);
  return `as the run was started: ${parts.join(', ')}`;
}

/**
 * The record of a run that goes on, with what may be given again: more epochs, limits, where the images are.
 *
 * @param state where its newest checkpoint stands
 */
export function resumed(
  options: TrainCommandOptions,
  record: RunRecord,
  state: TrainState,
): RunRecord {
  const limits = limitsOf(options, record.limits);
  const { precision } = options;
  const recipe = {
    ...record.recipe,
    epochs: epochsOf(options, record, state.epoch),
    ...(precision === undefined ? {} : { precision }),
  };
  const next: RunRecord = { ...record, recipe, limits, data: options.data ?? record.data };
  say(kept(options, next));
  if (recipe.epochs !== record.recipe.epochs) {
    say(`epochs: ${record.recipe.epochs} → ${recipe.epochs}`);
    const { kind } = recipe.schedule;
    if (kind === 'cosine') say('  the cosine schedule is that of the longer run from here on');
  }
  return next;
}

/** Why a run has nothing left to train; null where it has. */
export function doneAlready({ recipe, limits }: RunRecord, state: TrainState): string | null {
  if (state.epoch >= recipe.epochs) {
    return `all ${recipe.epochs} epochs are done; --epochs N goes on with more`;
  }
  if (stoppedEarly(recipe, state)) {
    return `it stopped early, after ${state.epochsSinceBest} epochs without a better validation; train --init RUN starts another from its weights`;
  }
  const { steps } = limits;
  if (steps !== null && state.globalStep >= steps) {
    return `the ${steps} updates of --steps are done; --steps N, or --steps all, goes on`;
  }
  return null;
}
