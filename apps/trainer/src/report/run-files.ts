import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  type EpochLine,
  type EvaluationFile,
  readEvaluation,
  readMetrics,
  type StepLine,
} from '@alexnet/trainer/node';
import {
  EVALUATION_NAME,
  FILTERS_FOLDER,
  METRICS_NAME,
  type RunRecord,
  readRun,
} from '../run-folder.js';

/** The conv1 filters as they were after `step` updates. */
export interface FilterSheet {
  readonly step: number;
  readonly png: Uint8Array;
}

/** What a run folder tells, finished or not. */
export interface RunFiles {
  readonly record: RunRecord;
  readonly steps: readonly StepLine[];
  readonly epochs: readonly EpochLine[];
  readonly evaluation: EvaluationFile | null;
  /** In order of step. */
  readonly filters: readonly FilterSheet[];
}

/** @throws Error when `folder` holds no run */
export async function readRunFiles(folder: string): Promise<RunFiles> {
  const record = await readRun(folder);
  if (!record) throw new Error(`${folder} is not a run folder: it holds no run.json`);
  const steps: StepLine[] = [];
  const epochs: EpochLine[] = [];
  for await (const line of readMetrics(join(folder, METRICS_NAME))) {
    if (line.kind === 'step') steps.push(line);
    if (line.kind === 'epoch') epochs.push(shown(line, record));
  }
  const evaluation = await readEvaluation(join(folder, EVALUATION_NAME));
  return {
    record,
    steps,
    epochs,
    evaluation: evaluation && {
      ...evaluation,
      evaluations: evaluation.evaluations.map((view) => shown(view, record)),
    },
    filters: await readFilters(join(folder, FILTERS_FOLDER)),
  };
}

/** Earlier runs wrote a top-5 among five classes and fewer, where it says nothing. */
function shown<T extends { readonly top5?: number; readonly validationTop5?: number }>(
  scores: T,
  { classNames }: RunRecord,
): T {
  if (classNames.length > 5) return scores;
  const { top5: _, validationTop5: __, ...rest } = scores;
  return rest as T;
}

async function readFilters(folder: string): Promise<FilterSheet[]> {
  const names = (await readdir(folder).catch(() => [])).sort();
  const sheets = names.map(async (name) => {
    const step = /^step-(\d+)\.png$/.exec(name)?.[1];
    return step ? [{ step: Number(step), png: await readFile(join(folder, name)) }] : [];
  });
  return (await Promise.all(sheets)).flat();
}
