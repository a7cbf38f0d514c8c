import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { readMetrics } from '@alexnet/trainer/node';
import { METRICS_NAME } from '../run-folder.js';
import { typedCommand } from '../typed-command.js';
import { WEIGHTS_NAME } from '../weights-file.js';

/**
 * Refuses to begin a run at its beginning that was further: one that was killed in its first epoch has saved
 * nothing and may, any other would lose its metrics, and what is left of it.
 *
 * @param damaged checkpoints that cannot be read
 * @throws Error where checkpoints are damaged or gone
 */
export async function refuseLostWork(folder: string, damaged: number): Promise<void> {
  const hasWeights = existsSync(join(folder, WEIGHTS_NAME));
  if (damaged === 0 && !hasWeights && !(await isPastFirstEpoch(folder))) return;
  const why =
    damaged > 0 ? 'every checkpoint of it is damaged' : 'its checkpoints are not there any more';
  const weights = hasWeights
    ? `; ${typedCommand(['train', '--init', folder])} starts another from its weights`
    : '';
  throw new Error(
    `${folder} has been trained, and ${why}: bring one back to go on, or train anew with another --out${weights}`,
  );
}

/** Every epoch ends with a checkpoint: who is in a later one had some. */
async function isPastFirstEpoch(folder: string): Promise<boolean> {
  for await (const line of readMetrics(join(folder, METRICS_NAME))) {
    if (line.kind === 'step' && line.epoch > 1) return true;
  }
  return false;
}
