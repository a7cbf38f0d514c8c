import { existsSync } from 'node:fs';
import { rename } from 'node:fs/promises';
import { join } from 'node:path';
import { say } from '../say.js';
import { WEIGHTS_NAME } from '../weights-file.js';

/**
 * The weights a run ended with are not its newest once it goes on: they are kept under a name that says of
 * how many updates they are, so that whoever opens the folder gets its checkpoints, or its new end.
 */
export async function setAsideWeights(folder: string, updates: number): Promise<void> {
  const path = join(folder, WEIGHTS_NAME);
  if (!existsSync(path)) return;
  const kept = WEIGHTS_NAME.replace('.', `-${updates}.`);
  await rename(path, join(folder, kept));
  say(`${WEIGHTS_NAME}, of ${updates} updates, is kept as ${kept}: the run goes on from there`);
}
