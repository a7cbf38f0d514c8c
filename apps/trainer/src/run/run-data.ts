import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import {
  compareFingerprint,
  type DataFingerprint,
  type Dataset,
  describeDifference,
  takeFingerprint,
} from '@alexnet/data';
import { writeAtomically } from '@alexnet/files/node';
import { withProgress } from '../progress.js';

/** What a run was trained on and what it held out: ids, sizes, and the contents of a few images. */
const DATA_NAME = 'data.json';

/** Records in a new run's folder which images it has. */
export async function recordData(folder: string, dataset: Dataset): Promise<void> {
  const fingerprint = await withProgress('listing images', (onProgress) =>
    takeFingerprint(dataset, { onProgress }),
  );
  await writeAtomically(join(folder, DATA_NAME), `${JSON.stringify(fingerprint)}\n`);
}

/** The images of the run in `folder`; null for a folder that is no run, or one of before they were kept. */
export async function readData(folder: string): Promise<DataFingerprint | null> {
  const text = await readFile(join(folder, DATA_NAME), 'utf8').catch(() => null);
  return text === null ? null : (JSON.parse(text) as DataFingerprint);
}

/** The images of the run a weights file belongs to: its own file in the run's folder, or a checkpoint. */
export function readDataBeside(weightsPath: string): Promise<DataFingerprint | null> {
  return readBeside(weightsPath, readData);
}

/** What `read` finds in the folder of a weights file, or in the one above, where it is a checkpoint's. */
export async function readBeside<T>(
  weightsPath: string,
  read: (folder: string) => Promise<T | null>,
): Promise<T | null> {
  const folder = dirname(weightsPath);
  return (await read(folder)) ?? read(dirname(folder));
}

/**
 * Refuses to go on with other images than a run began with. Moved data, or an archive of them, are the
 * same.
 *
 * @throws Error saying what differs
 */
export async function requireRunData(folder: string, dataset: Dataset): Promise<void> {
  const fingerprint = await readData(folder);
  if (fingerprint === null) return;
  const difference = describeDifference(await compareFingerprint(fingerprint, dataset));
  if (difference === null) return;
  throw new Error(
    `${dataset.name} is not what ${folder} was trained on: ${difference}; give it the same images with --data, or begin another run with --init ${folder}`,
  );
}
