import {
  type Precision,
  parseBackendName,
  type Selection,
  selectBackend,
  setPrecision,
} from '@alexnet/backend/node';
import { CommandError } from './failure.js';
import { say } from './say.js';

/** What `--precision` takes. */
export type PrecisionChoice = Precision | 'auto';

/** A backend, and in what it computes. */
export interface OpenedBackend extends Selection {
  readonly precision: Precision;
}

/**
 * The tfjs backend for this process; says once which one and why better ones were passed over, and
 * the precision where one was asked for.
 *
 * @param wanted `--backend`: this one or nothing. Without it ALEXNET_BACKEND and then the best there is.
 * @param choice `--precision`; fp32 where left out
 * @throws BackendError `precision` when bf16 is asked for and is not to be had
 */
export async function openBackend(
  wanted: string | undefined,
  choice?: PrecisionChoice,
): Promise<OpenedBackend> {
  const asked = wanted ?? process.env.ALEXNET_BACKEND;
  if (asked) requireKnown(asked);
  const selection = await selectBackend(wanted === undefined ? {} : { require: wanted });
  say(`backend: ${selection.name} (${selection.device})`);
  for (const { label, reason } of selection.passedOver) say(`  not ${label}: ${reason}`);
  if (selection.name === 'cpu') {
    say('  by far the slowest: it is there to check the others against');
  }
  const precision = setPrecision(selection.tf, choice ?? 'fp32');
  if (choice !== undefined) say(`precision: ${precision}`);
  return { ...selection, precision };
}

function requireKnown(name: string): void {
  try {
    parseBackendName(name);
  } catch (error) {
    throw new CommandError('usage', (error as Error).message);
  }
}
