import { existsSync } from 'node:fs';
import { mkdir, rmdir, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { listCheckpoints } from '@alexnet/trainer/node';
import { CHECKPOINTS_FOLDER, RECORD_NAME, type RunRecord, readRun } from '../run-folder.js';
import { say } from '../say.js';
import { WEIGHTS_NAME } from '../weights-file.js';
import { MEAN_NAME } from './mean-file.js';
import { lockRun } from './run-lock.js';

/** A run folder that no other process trains in. */
export interface ClaimedFolder {
  /** The run to go on with; null for a new one. */
  readonly record: RunRecord | null;
  /** Gives the folder back; a new run that has saved nothing leaves nothing that a retry would meet. */
  release(): Promise<void>;
}

/** Whether a run in the folder has saved something to go on with. */
export async function canGoOn(folder: string): Promise<boolean> {
  return (await readRun(folder)) !== null && (await holdsWork(folder));
}

/** The part of a process that only computes: the folder, and what is written there, is rank 0's. */
export const NO_FOLDER: ClaimedFolder = { record: null, release: async () => undefined };

/**
 * Takes a folder for a new run, or the run in it for going on.
 *
 * @throws Error when another process trains there; when there is nothing to go on with; when a new run
 *   would begin on what another one has left
 */
export async function claimFolder(folder: string, resume: boolean): Promise<ClaimedFolder> {
  if (resume && !(await readRun(folder))) throw new Error(`${folder} holds no run to resume`);
  await mkdir(folder, { recursive: true });
  const unlock = await lockRun(folder).catch(async (error: unknown) => {
    await removeEmpty(folder);
    throw error;
  });
  const release = async () => {
    if (!resume && !(await holdsWork(folder))) {
      for (const file of [RECORD_NAME, MEAN_NAME]) {
        await unlink(join(folder, file)).catch(() => undefined);
      }
      await removeEmpty(join(folder, CHECKPOINTS_FOLDER));
    }
    await unlock();
    await removeEmpty(folder);
  };
  try {
    const record = await readRun(folder);
    if (resume) return { record, release };
    await refuseWork(folder, record);
    if (record) say(`${folder} holds a start that saved nothing: beginning anew`);
    return { record: null, release };
  } catch (error) {
    await unlock();
    throw error;
  }
}

/** @throws Error when the folder holds weights or checkpoints: a new run would begin on them or replace them */
async function refuseWork(folder: string, record: RunRecord | null): Promise<void> {
  if (!(await holdsWork(folder))) return;
  if (record) {
    throw new Error(
      `${folder} already holds a run: continue it with --resume, or choose another --out`,
    );
  }
  throw new Error(
    `${folder} holds weights or checkpoints of a run whose ${RECORD_NAME} is missing: choose another --out, or remove them`,
  );
}

async function holdsWork(folder: string): Promise<boolean> {
  const checkpoints = await listCheckpoints(join(folder, CHECKPOINTS_FOLDER));
  return checkpoints.length > 0 || existsSync(join(folder, WEIGHTS_NAME));
}

/** Folders that hold something stay. */
async function removeEmpty(folder: string): Promise<void> {
  await rmdir(folder).catch(() => undefined);
}
