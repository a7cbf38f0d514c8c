import { readFileSync } from 'node:fs';
import { PUBLISHED_WEIGHTS } from '@alexnet/classifier/node';

/**
 * Preloaded into `alexnet`: published files that are other ones here, so that their checksums are too.
 * The command has no way to be told so.
 */
const standIns = JSON.parse(readFileSync(process.env.ALEXNET_TEST_STAND_INS, 'utf8'));

for (const entry of PUBLISHED_WEIGHTS) {
  const standIn = standIns[entry.name];
  if (!standIn) continue;
  Object.assign(entry.weights, { bytes: null, checksum: standIn.weights });
  if (entry.mean) Object.assign(entry.mean, { checksum: standIn.mean });
}
