import { type Selection, selectBackend } from '@alexnet/backend/node';
import { say } from './say.js';

/**
 * The tfjs backend for this process; says once which one and why better ones were passed over.
 *
 * @param wanted `--backend`: this one or nothing. Without it ALEXNET_BACKEND and then the best there is.
 */
export async function openEngine(wanted: string | undefined): Promise<Selection> {
  const selection = await selectBackend(wanted === undefined ? {} : { require: wanted });
  say(`backend: ${selection.name} (${selection.device})`);
  for (const { name, reason } of selection.passedOver) say(`  not ${name}: ${reason}`);
  return selection;
}
