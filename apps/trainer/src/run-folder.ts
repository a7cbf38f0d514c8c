import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ColorStatistics } from '@alexnet/augment';
import { writeAtomically } from '@alexnet/files/node';
import type { NetworkSpec, Preprocessing } from '@alexnet/model';
import { type Recipe, readRecipe } from '@alexnet/trainer';
import type { Division } from './run/division.js';
import {
  readStored,
  type StoredPreprocessing,
  storedPreprocessing,
  writeMeanFile,
} from './run/mean-file.js';
import { DEFAULT_LIMITS, type RunLimits } from './run/run-limits.js';
import type { RunPart } from './run/run-part.js';

/** Where a run's first weights came from. */
export interface StartRecord {
  /** `--init`, as it was given. */
  readonly weights: string;
  readonly classes: number;
  /** Layers that start anew, for other classes. */
  readonly fresh: readonly string[];
  readonly provenance: Readonly<Record<string, unknown>> | null;
}

/** `run.json`: everything decided before the first step, and what has computed the run since. */
export interface RunRecord {
  readonly format: 1;
  readonly created: string;
  readonly command: string;
  /** `--data`, as it was given last. */
  readonly data: string;
  readonly datasetName: string;
  readonly seed: number;
  /** How images without a validation split of their own were divided; not in earlier runs. */
  readonly division?: Division;
  readonly trainImages: number;
  readonly validationImages: number;
  readonly classNames: readonly string[];
  readonly recipe: Recipe;
  readonly network: NetworkSpec;
  readonly preprocessing: Preprocessing;
  readonly colors: ColorStatistics;
  /** What computed it, part by part. */
  readonly parts: readonly RunPart[];
  readonly limits: RunLimits;
  /** Of a run that did not start from nothing. */
  readonly start?: StartRecord;
}

export const RECORD_NAME = 'run.json';

export const CHECKPOINTS_FOLDER = 'checkpoints';
/** One line a step and an epoch. */
export const METRICS_NAME = 'metrics.jsonl';
/** Answers of the finished network on the validation split. */
export const EVALUATION_NAME = 'evaluation.json';
/** The conv1 filters at every checkpoint, `step-00000042.png`. */
export const FILTERS_FOLDER = 'filters';
/** TensorBoard event files. */
export const TENSORBOARD_FOLDER = 'tensorboard';

/** The record as JSON has it. */
type Stored<T> = Omit<T, 'preprocessing'> & { readonly preprocessing: StoredPreprocessing };

/** The record of the run in `folder`, or null when there is none. */
export async function readRun(folder: string): Promise<RunRecord | null> {
  const text = await readFile(join(folder, RECORD_NAME), 'utf8').catch(() => null);
  if (text === null) return null;
  const stored = parseRecord(text);
  if (stored === null) {
    throw new Error(`${join(folder, RECORD_NAME)} is not a run record of this version`);
  }
  return { ...stored, preprocessing: await readStored(folder, stored.preprocessing) };
}

function parseRecord(text: string): Stored<RunRecord> | null {
  try {
    const record = JSON.parse(text) as Stored<RunRecord> | Stored<EarlierRecord>;
    if (record.format === 1) return { ...upgrade(record), recipe: readRecipe(record.recipe) };
  } catch {
    // Null stands for everything that is not a record.
  }
  return null;
}

/** Writes the record of a run, in place of an earlier one. */
export async function writeRun(folder: string, record: RunRecord): Promise<void> {
  await writeMeanFile(folder, record.preprocessing);
  const stored: Stored<RunRecord> = {
    ...record,
    preprocessing: storedPreprocessing(record.preprocessing),
  };
  await writeAtomically(join(folder, RECORD_NAME), `${JSON.stringify(stored, null, 2)}\n`);
}

/** A record from before runs had parts and limits. */
interface EarlierRecord extends Omit<RunRecord, 'parts' | 'limits'> {
  readonly parts?: undefined;
  readonly backend: string;
  readonly device: string;
}

function upgrade(record: Stored<RunRecord> | Stored<EarlierRecord>): Stored<RunRecord> {
  if (record.parts !== undefined) return record;
  const { backend, device, ...rest } = record;
  const part: RunPart = {
    fromStep: 0,
    started: record.created,
    command: record.command,
    backend,
    device,
    precision: 'fp32',
    machine: 'not recorded',
    versions: { alexnet: 'not recorded', tfjs: 'not recorded', node: 'not recorded' },
  };
  return { ...rest, parts: [part], limits: DEFAULT_LIMITS };
}
