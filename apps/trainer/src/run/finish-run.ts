import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { writeModel } from '@alexnet/convert';
import type { Dataset } from '@alexnet/data';
import { writeAtomically } from '@alexnet/files/node';
import type { Network } from '@alexnet/model';
import { type Evaluation, evaluate, type World } from '@alexnet/trainer';
import { printEvaluations } from '../commands/eval.js';
import { withProgress } from '../progress.js';
import type { RunRecord } from '../run-folder.js';
import type { RunLog } from '../run-log.js';
import { say } from '../say.js';
import { WEIGHTS_NAME } from '../weights-file.js';

/** A run whose training has ended. */
export interface TrainedRun {
  readonly network: Network;
  readonly dataset: Dataset;
  /** The run folder. */
  readonly out: string;
  readonly record: RunRecord;
  /** Null in a process that writes nothing. */
  readonly log: RunLog | null;
  readonly world: World;
  /** Updates done. */
  readonly step: number;
  readonly signal: AbortSignal;
}

/**
 * The end of a run: its answers on the validation images, where there are any, and the weights file.
 *
 * @throws the signal's reason; the checkpoints hold everything then
 */
export async function finishRun(run: TrainedRun): Promise<void> {
  const { network, dataset, out, record, log, world, step, signal } = run;
  const evaluation =
    dataset.validation.records.length === 0
      ? null
      : await withProgress('validating', (report) =>
          evaluate({ network, preprocessing: record.preprocessing }, dataset.validation, {
            onProgress: report,
            signal,
            world,
          }),
        );
  if (!log) return;
  if (evaluation) await log.evaluation(evaluation, step);
  await log.close();
  const path = join(out, WEIGHTS_NAME);
  await writeAtomically(
    path,
    writeModel({
      spec: network.spec,
      weights: await network.getWeights(),
      preprocessing: record.preprocessing,
      classNames: [...record.classNames],
      provenance: provenance(record, evaluation, step),
    }),
  );
  if (evaluation) printEvaluations([evaluation], record.classNames);
  say(`wrote ${path} (${((await stat(path)).size / 1e6).toFixed(1)} MB)`);
}

/** What a reader of the weights file may want to know of its making. */
function provenance(record: RunRecord, evaluation: Evaluation | null, steps: number) {
  const stepsPerEpoch = Math.ceil(record.trainImages / record.recipe.batchSize);
  return {
    dataset: record.datasetName,
    trainImages: record.trainImages,
    recipe: record.recipe.name,
    // A run that was told to stop early has seen fewer than its recipe says.
    epochs: Math.round((steps / stepsPerEpoch) * 10) / 10,
    steps,
    seed: record.seed,
    backend: [...new Set(record.parts.map(({ backend }) => backend))].join(', '),
    device: [...new Set(record.parts.map(({ device }) => device))].join(', '),
    parts: record.parts,
    created: record.created,
    validation: evaluation && {
      images: record.validationImages,
      top1: evaluation.top1,
      ...(evaluation.top5 === undefined ? {} : { top5: evaluation.top5 }),
    },
    ...(record.start ? { start: record.start } : {}),
  };
}
