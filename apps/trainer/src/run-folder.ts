import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ColorStatistics } from '@alexnet/augment';
import { writeAtomically } from '@alexnet/files/node';
import type { NetworkSpec, Preprocessing } from '@alexnet/model';
import { type Recipe, readRecipe } from '@alexnet/trainer';

/** Where a run's first weights came from. */
export interface StartRecord {
  /** `--init`, as it was given. */
  readonly weights: string;
  readonly classes: number;
  /** Layers that start anew, for other classes. */
  readonly fresh: readonly string[];
  readonly provenance: Readonly<Record<string, unknown>> | null;
}

/** `run.json`: everything decided before the first step. */
export interface RunRecord {
  readonly format: 1;
  readonly created: string;
  readonly command: string;
  readonly data: string;
  readonly datasetName: string;
  readonly seed: number;
  readonly trainImages: number;
  readonly validationImages: number;
  readonly classNames: readonly string[];
  readonly recipe: Recipe;
  readonly network: NetworkSpec;
  readonly preprocessing: Preprocessing;
  readonly colors: ColorStatistics;
  readonly backend: string;
  readonly device: string;
  /** Of a run that did not start from nothing. */
  readonly start?: StartRecord;
}

const RECORD_NAME = 'run.json';

export const CHECKPOINTS_FOLDER = 'checkpoints';
/** One line a step and an epoch. */
export const METRICS_NAME = 'metrics.jsonl';
/** Answers of the finished network on the validation split. */
export const EVALUATION_NAME = 'evaluation.json';
/** The conv1 filters at every checkpoint, `step-00000042.png`. */
export const FILTERS_FOLDER = 'filters';
/** TensorBoard event files. */
export const TENSORBOARD_FOLDER = 'tensorboard';

/** The record of the run in `folder`, or null when there is none. */
export async function readRun(folder: string): Promise<RunRecord | null> {
  const text = await readFile(join(folder, RECORD_NAME), 'utf8').catch(() => null);
  if (text === null) return null;
  try {
    const record = JSON.parse(text) as RunRecord;
    if (record.format === 1) return { ...record, recipe: readRecipe(record.recipe) };
  } catch {
    // Falls through to the one message for everything that is not a record.
  }
  throw new Error(`${join(folder, RECORD_NAME)} is not a run record of this version`);
}

/** Starts a run folder. @throws Error when the folder already holds a run */
export async function startRun(folder: string, record: RunRecord): Promise<void> {
  if (await readRun(folder)) {
    throw new Error(
      `${folder} already holds a run: continue it with --resume, or choose another --out`,
    );
  }
  await mkdir(folder, { recursive: true });
  await writeAtomically(join(folder, RECORD_NAME), `${JSON.stringify(record, null, 2)}\n`);
}
