import {
  type DataFingerprint,
  type Dataset,
  joinSplits,
  type Split,
  selectImages,
  withoutTrained,
} from '@alexnet/data';
import type { ClassMatch } from '@alexnet/model/classes';
import { CommandError } from './failure.js';

/** `--split`. */
export const SPLITS = ['validation', 'train', 'test', 'all'] as const;
export type SplitChoice = (typeof SPLITS)[number];

/** Weights without their run: it alone knows what it held out. */
const WITH_TRAINED =
  'also those the weights were trained on: data.json of their run, which knows them, is not beside them';

/** The images an evaluation scores, and which they are. */
export interface ScoredImages {
  readonly split: Split;
  /** As in "360 images: …". */
  readonly which: string;
}

/**
 * What is scored of a data set that was opened undivided: what `--split` says; else the validation
 * images it has of its own, or all of it. Of the data a run was trained on, never an image it was
 * trained on, unless `--split` asks for it.
 *
 * @param trainedOn Of the run the weights come from.
 * @param trainedSet Name of the data set they say they were trained on.
 */
export async function chooseImages(
  dataset: Dataset,
  choice: SplitChoice | undefined,
  trainedOn: DataFingerprint | null,
  trainedSet: unknown = null,
): Promise<ScoredImages> {
  const { train, validation, test, validationFrom, name } = dataset;
  if (choice === 'all') {
    const all = joinSplits([train, validation, ...(test ? [test] : [])]);
    return { split: all, which: `all of ${name}` };
  }
  if (choice === 'test') {
    if (test) return { split: test, which: `the test images of ${name}` };
    throw new CommandError('usage', `${name} has no test images beside its validation images`);
  }
  const isDivided = validationFrom === 'source';
  if (choice !== undefined && isDivided) {
    const split = choice === 'train' ? train : validation;
    if (split.records.length > 0) return { split, which: `the ${choice} images of ${name}` };
    throw new CommandError('usage', `${name} has no ${choice} images`);
  }
  if (choice !== undefined && trainedOn === null) {
    throw new CommandError(
      'usage',
      `${name} is not divided into splits, and the weights do not say what they were trained on: leave --split out to score all of it`,
    );
  }
  if (validation.records.length === 0) {
    throw new CommandError('usage', `${name} has no validation images: --split train or all`);
  }
  const whole = isDivided ? `the validation images of ${name}` : `all of ${name}`;
  if (trainedOn === null) {
    const mayBeTrained = !isDivided && trainedSet === name;
    return { split: validation, which: mayBeTrained ? `${whole}, ${WITH_TRAINED}` : whole };
  }
  const { indices, trained } = await withoutTrained(trainedOn, validation, dataset.classIds);
  if (choice === 'train') {
    const held = new Set(indices);
    const rest = [...validation.records.keys()].filter((index) => !held.has(index));
    return { split: selectImages(validation, rest), which: 'what the run was trained on' };
  }
  if (trained === 0) return { split: validation, which: whole };
  if (indices.length === 0) {
    throw new Error(
      `the weights were trained on all ${trained} images of ${name}: nothing is left to score; --split train scores them`,
    );
  }
  return {
    split: selectImages(validation, indices),
    which: `what the run held out of ${name}; the ${trained} it was trained on are left out`,
  };
}

/** The images whose class the network knows, labeled by its outputs. */
export function relabel(
  split: Split,
  { outputs }: ClassMatch,
): { readonly split: Split; readonly leftOut: number } {
  const known = [...split.records.keys()].filter(
    (index) => (outputs[split.records[index]?.label ?? -1] ?? -1) >= 0,
  );
  const chosen = known.length === split.records.length ? split : selectImages(split, known);
  const records = chosen.records.map(({ id, label }) => ({ id, label: outputs[label] as number }));
  return { split: { ...chosen, records }, leftOut: split.records.length - known.length };
}
