import { parseBackendName, type Selection, selectBackend } from '@alexnet/backend/node';
import { CommandError } from './failure.js';
import { say } from './say.js';

/**
 * The tfjs backend for this process; says once which one and why better ones were passed over.
 *
 * @param wanted `--backend`: this one or nothing. Without it ALEXNET_BACKEND and then the best there is.
 */
export async function openBackend(wanted: string | undefined): Promise<Selection> {
  const asked = wanted ?? process.env.ALEXNET_BACKEND;
  if (asked) requireKnown(asked);
  const selection = await selectBackend(wanted === undefined ? {} : { require: wanted });
  say(`backend: ${selection.name} (${selection.device})`);
  for (const { label, reason } of selection.passedOver) say(`  not ${label}: ${reason}`);
  return selection;
}

function requireKnown(name: string): void {
  try {
    parseBackendName(name);
  } catch (error) {
    throw new CommandError('usage', (error as Error).message);
  }
}
