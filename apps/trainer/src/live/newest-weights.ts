import { join } from 'node:path';
import { writeModel } from '@alexnet/convert';
import { listCheckpoints, readNewestCheckpoint } from '@alexnet/trainer/node';
import { checkpointCodec } from '../checkpoint-codec.js';
import { modelOf } from '../run/run-weights.js';
import { CHECKPOINTS_FOLDER, type RunRecord } from '../run-folder.js';

/** A weights file made of the newest checkpoint. */
export interface NewestWeights {
  readonly step: number;
  readonly bytes: Uint8Array;
}

/**
 * The newest weights of a run as a file that the viewer and `alexnet predict` open: the moving
 * average where the recipe keeps one. Made when asked for, once however many ask, and kept until
 * there are newer ones.
 */
export function newestWeights(folder: string, record: RunRecord) {
  let made: { readonly names: string; readonly weights: Promise<NewestWeights | null> } | null =
    null;

  return async (): Promise<NewestWeights | null> => {
    const files = await listCheckpoints(join(folder, CHECKPOINTS_FOLDER));
    const names = files.map(({ path }) => path).join();
    if (names === '') return null;
    if (made?.names !== names) {
      const weights = make(folder, record);
      made = { names, weights };
      // What failed is tried again.
      weights.catch(() => {
        made = null;
      });
    }
    return made.weights;
  };
}

async function make(folder: string, record: RunRecord): Promise<NewestWeights | null> {
  const checkpoints = join(folder, CHECKPOINTS_FOLDER);
  const { snapshot } = await readNewestCheckpoint(checkpoints, checkpointCodec);
  if (!snapshot) return null;
  return { step: snapshot.state.globalStep, bytes: writeModel(modelOf(record, snapshot)) };
}
