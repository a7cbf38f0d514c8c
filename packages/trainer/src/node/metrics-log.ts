import { appendFile, readFile } from 'node:fs/promises';
import { writeAtomically } from './write-atomically.js';

/** One line of `metrics.jsonl`. */
export type MetricsLine = StepLine | EpochLine | EvaluationLine;

/** After every update. */
export interface StepLine {
  readonly kind: 'step';
  /** Updates done in the whole run. */
  readonly step: number;
  /** Epoch counted from 1. */
  readonly epoch: number;
  /** Cross-entropy of the batch in nats, dropout on. */
  readonly loss: number;
  /** Share of the batch answered right, dropout on, 0..1. */
  readonly accuracy: number;
  readonly rate: number;
  readonly picturesPerSecond: number;
  /** Share of the step spent waiting for pictures, 0..1. */
  readonly wait: number;
}

/** After every epoch. Accuracies are shares, 0..1. */
export interface EpochLine {
  readonly kind: 'epoch';
  readonly step: number;
  readonly epoch: number;
  readonly trainLoss: number;
  readonly trainTop1: number;
  readonly validationLoss: number;
  readonly validationTop1: number;
  readonly validationTop5: number;
  readonly seconds: number;
  readonly wait: number;
}

/** A whole evaluation of the validation split, at the end of a run. */
export interface EvaluationLine {
  readonly kind: 'evaluation';
  readonly step: number;
  readonly view: string;
  readonly pictures: number;
  readonly top1: number;
  readonly top5: number;
  readonly majority: number;
}

/** Appends to `path`, one JSON object a line. */
export function openMetricsLog(path: string) {
  return {
    append(line: MetricsLine): Promise<void> {
      return appendFile(path, `${JSON.stringify(line)}\n`);
    },
    /** Drops what a killed run wrote after the checkpoint it resumes from, and half lines. */
    async rewindTo(step: number): Promise<void> {
      const text = await readFile(path, 'utf8').catch(() => '');
      const kept = text.split('\n').filter((line) => {
        try {
          return (JSON.parse(line) as MetricsLine).step <= step;
        } catch {
          return false;
        }
      });
      await writeAtomically(path, kept.map((line) => `${line}\n`).join(''));
    },
  };
}
