import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { WEIGHTS_NAME } from '@alexnet/classifier/node';
import { type Model, writeModel } from '@alexnet/convert';
import type { Snapshot } from '@alexnet/trainer';
import { type CheckpointFile, listCheckpoints, readCheckpoint } from '@alexnet/trainer/node';
import { checkpointCodec } from '../checkpoint-codec.js';
import { CommandError } from '../failure.js';
import { CHECKPOINTS_FOLDER, RECORD_NAME, type RunRecord, readRun } from '../run-folder.js';
import { say } from '../say.js';

/** `--checkpoint`: that of the highest validation top-1, the newest, or the one after so many updates. */
export type Checkpoint = 'best' | 'last' | `step-${number}`;

/** Weights of a run as they were at a checkpoint. */
export interface RunWeights {
  readonly path: string;
  readonly step: number;
  readonly model: Model;
}

/**
 * The weights of a checkpoint, with what the run's record says of them.
 *
 * @throws Error when the folder holds no run, or no such checkpoint
 */
export async function openRunWeights(folder: string, which: Checkpoint): Promise<RunWeights> {
  const record = await readRun(folder);
  if (!record) throw new Error(`${folder} holds no run, so it has no checkpoints`);
  const { path, step } = choose(
    await listCheckpoints(join(folder, CHECKPOINTS_FOLDER)),
    which,
    folder,
  );
  return { path, step, model: modelOf(record, await readCheckpoint(path, checkpointCodec)) };
}

/** `last` for the folder of a run that was stopped before it wrote weights, and says so; else null. */
export async function checkpointOfStopped(folder: string): Promise<Checkpoint | null> {
  if (!existsSync(join(folder, RECORD_NAME)) || existsSync(join(folder, WEIGHTS_NAME))) return null;
  const last = (await listCheckpoints(join(folder, CHECKPOINTS_FOLDER))).at(-1);
  if (!last) {
    throw new Error(`${folder} is a run that has saved no weights yet (alexnet train --resume)`);
  }
  say(`${folder} is not finished: its weights after ${last.step} updates`);
  return 'last';
}

/** What a weights file of a run in progress says: the moving average where the recipe keeps one. */
export function modelOf(record: RunRecord, snapshot: Snapshot): Model {
  return {
    spec: record.network,
    weights: new Map(snapshot.average ?? snapshot.weights),
    preprocessing: record.preprocessing,
    classNames: [...record.classNames],
    provenance: {
      dataset: record.datasetName,
      recipe: record.recipe.name,
      steps: snapshot.state.globalStep,
    },
  };
}

function choose(
  checkpoints: readonly CheckpointFile[],
  which: Checkpoint,
  folder: string,
): CheckpointFile {
  const last = checkpoints.at(-1);
  if (!last) throw new Error(`${folder} has saved no checkpoint yet`);
  if (which === 'last') return last;
  if (which === 'best') return best(checkpoints, folder);
  const step = Number(which.slice('step-'.length));
  const found = checkpoints.filter((checkpoint) => checkpoint.step === step).at(-1);
  if (found) return found;
  const kept = checkpoints.map((checkpoint) => `step-${checkpoint.step}`).join(', ');
  throw new CommandError('usage', `${folder} keeps no checkpoint of step ${step}, but ${kept}`);
}

/** Highest validation top-1; of equal ones the first, as the store keeps it. */
function best(checkpoints: readonly CheckpointFile[], folder: string): CheckpointFile {
  const [first, ...others] = checkpoints.filter(({ top1 }) => top1 !== null);
  if (!first) throw new Error(`${folder} has validated no checkpoint yet: none is best`);
  return others.reduce((top, other) => ((other.top1 ?? 0) > (top.top1 ?? 0) ? other : top), first);
}

/**
 * Gives `task` a file of any weights: a run's checkpoint as a file of its own, which is there until the task
 * ends; what `input` says where it is no run, or a finished one.
 */
export async function withWeightsFile<T>(
  input: string,
  checkpoint: Checkpoint | undefined,
  task: (path: string) => Promise<T>,
): Promise<T> {
  const which = checkpoint ?? (await checkpointOfStopped(input));
  if (!which) return task(input);
  const { step, model } = await openRunWeights(input, which);
  const folder = await mkdtemp(join(tmpdir(), 'alexnet-'));
  try {
    const path = join(folder, `step-${step}.safetensors`);
    await writeFile(path, writeModel(model));
    return await task(path);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
