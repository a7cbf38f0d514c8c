import { readFile } from 'node:fs/promises';
import { writeAtomically } from '@alexnet/files/node';
import type { Evaluation } from '../evaluate.js';
import { TrainingError } from '../training-error.js';

/** `evaluation.json`: what a run's network answers on the validation split, whole. */
export interface EvaluationFile {
  readonly format: 1;
  readonly created: string;
  /** Updates the network had when it was asked. */
  readonly step: number;
  /** Classes in the order of labels and of the confusion matrix. */
  readonly classNames: readonly string[];
  /** One for each view; the center crop comes first. */
  readonly evaluations: readonly Evaluation[];
}

/** Writes an evaluation as JSON, whole or not at all. */
export async function writeEvaluation(path: string, file: EvaluationFile): Promise<void> {
  await writeAtomically(path, `${JSON.stringify(file)}\n`);
}

/** The evaluation at `path`, or null when there is none. @throws Error when it is another file */
export async function readEvaluation(path: string): Promise<EvaluationFile | null> {
  const text = await readFile(path, 'utf8').catch(() => null);
  if (text === null) return null;
  try {
    const file = JSON.parse(text) as EvaluationFile;
    if (file.format === 1 && Array.isArray(file.evaluations)) return file;
  } catch {
    // Falls through to the one message for everything that is not an evaluation.
  }
  throw new TrainingError('bad-file', `${path} is not an evaluation of this version`);
}
