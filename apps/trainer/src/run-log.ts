import { mkdir, readdir, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { writeAtomically } from '@alexnet/files/node';
import type { EpochReport, Evaluation, Snapshot, StepReport, TrainState } from '@alexnet/trainer';
import {
  type MetricsLine,
  openMetricsLog,
  openTensorboardLog,
  writeEvaluation,
} from '@alexnet/trainer/node';
import { conv1Sheet } from './conv1-sheet.js';
import {
  EVALUATION_NAME,
  FILTERS_FOLDER,
  METRICS_NAME,
  type RunRecord,
  TENSORBOARD_FOLDER,
} from './run-folder.js';

/** What a run writes down while it goes: metrics.jsonl, TensorBoard events, images of conv1. */
export interface RunLog {
  /** Queued: a failed write rejects the next of the other calls. */
  step(report: StepReport): void;
  epoch(report: EpochReport): Promise<void>;
  /** At every checkpoint. */
  snapshot(snapshot: Pick<Snapshot, 'state' | 'weights' | 'average'>): Promise<void>;
  /** The finished network's answers, to `evaluation.json` as well. */
  evaluation(evaluation: Evaluation, step: number): Promise<void>;
  close(): Promise<void>;
}

/**
 * Opens the logs of a run folder, taking back what a killed run wrote after the checkpoint it
 * resumes from.
 *
 * @param state where that checkpoint stands, or the initial state of a new run
 */
export async function openRunLog(
  folder: string,
  record: RunRecord,
  state: TrainState,
): Promise<RunLog> {
  const afterStep = state.globalStep;
  const metrics = openMetricsLog(join(folder, METRICS_NAME));
  await metrics.rewindTo(state);
  const filters = join(folder, FILTERS_FOLDER);
  await rewindFilters(filters, afterStep);
  const tensorboard = await openTensorboardLog(join(folder, TENSORBOARD_FOLDER), { afterStep });

  let written: Promise<void> = Promise.resolve();
  const append = (line: MetricsLine) => {
    written = written.then(async () => {
      await metrics.append(line);
      await tensorboard.append(line);
    });
    // Whoever awaits `written` next hears of a failure; until then it is not an unhandled one.
    written.catch(() => undefined);
    return written;
  };

  return {
    step: (report) => void append(stepLine(report)),
    epoch: (report) => append(epochLine(report)),
    async snapshot({ state, weights, average }) {
      await written;
      const png = await conv1Sheet(record.network, average ?? weights);
      if (!png) return;
      await writeAtomically(join(filters, sheetName(state.globalStep)), png);
      await tensorboard.appendImage(state.globalStep, 'conv1', png);
    },
    async evaluation(evaluation, step) {
      await append(evaluationLine(evaluation, step));
      await writeEvaluation(join(folder, EVALUATION_NAME), {
        format: 1,
        created: new Date().toISOString(),
        step,
        classNames: record.classNames,
        evaluations: [evaluation],
      });
    },
    async close() {
      await written.finally(() => tensorboard.close());
    },
  };
}

function stepLine(report: StepReport): MetricsLine {
  return {
    kind: 'step',
    step: report.globalStep,
    epoch: report.epoch + 1,
    loss: report.loss,
    accuracy: report.accuracy,
    learningRate: report.learningRate,
    gradientNorm: report.gradientNorm,
    imagesPerSecond: (1000 * report.images) / report.durationMs,
    wait: report.waitMs / report.durationMs,
    ...reductionOf(report),
  };
}

function reductionOf({ reduction, durationMs }: StepReport) {
  if (!reduction) return {};
  const { processes, busyMs, waitMs } = reduction;
  return { world: processes, reduction: waitMs / durationMs, reducing: busyMs / durationMs };
}

function epochLine(report: EpochReport): MetricsLine {
  return {
    kind: 'epoch',
    step: report.globalStep,
    epoch: report.epoch + 1,
    trainLoss: report.trainLoss,
    trainTop1: report.trainTop1,
    validationLoss: report.validation?.loss ?? Number.NaN,
    validationTop1: report.validation?.top1 ?? Number.NaN,
    ...(report.validation?.top5 === undefined ? {} : { validationTop5: report.validation.top5 }),
    seconds: report.durationMs / 1000,
    wait: report.waitShare,
  };
}

function evaluationLine(evaluation: Evaluation, step: number): MetricsLine {
  return {
    kind: 'evaluation',
    step,
    view: evaluation.view,
    images: evaluation.images,
    top1: evaluation.top1,
    ...(evaluation.top5 === undefined ? {} : { top5: evaluation.top5 }),
    majority: evaluation.majority.share,
  };
}

function sheetName(step: number): string {
  return `step-${String(step).padStart(8, '0')}.png`;
}

/** Makes the folder; removes sheets of steps the run has not done after all. */
async function rewindFilters(folder: string, afterStep: number): Promise<void> {
  await mkdir(folder, { recursive: true });
  const late = (await readdir(folder)).filter((name) => name > sheetName(afterStep));
  await Promise.all(late.map((name) => unlink(join(folder, name))));
}
