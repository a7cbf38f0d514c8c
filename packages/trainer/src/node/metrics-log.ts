import { createReadStream } from 'node:fs';
import { appendFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { writeAtomically } from '@alexnet/files/node';
import type { TrainState } from '../train.js';

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
  /** Of this update, by the schedule. */
  readonly learningRate: number;
  /** Global L2 norm of the gradient, before clipping; left out in older runs. */
  readonly gradientNorm?: number;
  readonly imagesPerSecond: number;
  /** Share of the step spent waiting for images, 0..1. */
  readonly wait: number;
  /** Processes that trained together, where it was more than one; `imagesPerSecond` is of all. */
  readonly world?: number;
  /** With others: share of the step spent waiting for sums over the processes, 0..1. */
  readonly reduction?: number;
  /** With others: share of the step in which such sums were under way, beside computing or not, 0..1. */
  readonly reducing?: number;
}

/**
 * After every epoch. Accuracies are shares, 0..1. What was not validated is NaN, `null` in the file.
 */
export interface EpochLine {
  readonly kind: 'epoch';
  readonly step: number;
  readonly epoch: number;
  /** In nats, dropout on. */
  readonly trainLoss: number;
  readonly trainTop1: number;
  /** In nats. */
  readonly validationLoss: number;
  readonly validationTop1: number;
  /** Left out with five classes or fewer. */
  readonly validationTop5?: number;
  /** Training alone, validation left out. */
  readonly seconds: number;
  /** Share of that spent waiting for images, 0..1. */
  readonly wait: number;
}

/** A whole evaluation of the validation split, at the end of a run. */
export interface EvaluationLine {
  readonly kind: 'evaluation';
  readonly step: number;
  readonly view: string;
  readonly images: number;
  readonly top1: number;
  /** Left out with five classes or fewer. */
  readonly top5?: number;
  readonly majority: number;
}

/**
 * A line of `metrics.jsonl`, also of a run from when `learningRate` was called `rate`; null when it is not
 * whole, as the last one of a run that is being written or was killed.
 */
export function parseMetricsLine(text: string): MetricsLine | null {
  try {
    const line = JSON.parse(text);
    if (line.kind === 'epoch') {
      const revived = Object.entries(line).map(([key, value]) => [key, value ?? Number.NaN]);
      return Object.fromEntries(revived);
    }
    if (line.rate === undefined) return line;
    const { rate, ...rest } = line;
    return { ...rest, learningRate: rate };
  } catch {
    return null;
  }
}

/** The lines at `path` one by one, as those of a long run are more than a text may hold; none where there is no such file. */
export async function* readMetrics(path: string): AsyncGenerator<MetricsLine> {
  try {
    for await (const text of createInterface({ input: createReadStream(path) })) {
      const line = parseMetricsLine(text);
      if (line) yield line;
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
}

/** Characters that are written at once. */
const CHUNK = 2 ** 20;

/** Appends to `path`, one JSON object a line. */
export function openMetricsLog(path: string) {
  return {
    /** Adds one line. */
    append(line: MetricsLine): Promise<void> {
      return appendFile(path, textOf(line));
    },
    /** Drops what a killed run wrote after the state it resumes from, and half lines. */
    async rewindTo(state: Pick<TrainState, 'globalStep' | 'step'>): Promise<void> {
      await writeAtomically(path, async (file) => {
        let text = '';
        for await (const line of readMetrics(path)) {
          if (isPast(line, state)) text += textOf(line);
          if (text.length < CHUNK) continue;
          await file.writeFile(text);
          text = '';
        }
        await file.writeFile(text);
      });
    },
  };
}

function textOf(line: MetricsLine): string {
  return `${JSON.stringify(line)}\n`;
}

/** Whether a run in `state` will not write this line again. An evaluation ends a run: it comes again. */
function isPast(line: MetricsLine, state: Pick<TrainState, 'globalStep' | 'step'>): boolean {
  if (line.step !== state.globalStep) return line.step < state.globalStep;
  return line.kind === 'step' || (line.kind === 'epoch' && state.step === 0);
}
