import { BackendError } from '@alexnet/backend/node';
import { oneLine } from '../failure.js';
import { type OpenedBackend, openBackend, type PrecisionChoice } from '../open-backend.js';
import type { RunRecord } from '../run-folder.js';
import { say } from '../say.js';

/** `--backend`, and `--precision` or the recipe's. */
interface Asked {
  readonly backend?: string;
  readonly precision: PrecisionChoice | undefined;
}

/**
 * The backend of a run and its precision: what is asked for; else, for a run that
 * goes on, those it was trained with.
 *
 * @throws Error when those do not work here: others have to be asked for
 */
export async function openRunBackend(
  asked: Asked,
  record: RunRecord | null,
): Promise<OpenedBackend> {
  const last = record?.parts.at(-1);
  if (!last) return openBackend(asked.backend, asked.precision);
  // What every run had before there was a choice is not said again.
  const kept = last.precision === 'fp32' ? undefined : last.precision;
  const opened = await openBackend(asked.backend ?? last.backend, asked.precision ?? kept).catch(
    (error: unknown) => {
      throw whyNot(error, asked, last);
    },
  );
  const changes = [
    ...(opened.name === last.backend ? [] : [`on ${last.backend} (${last.device})`]),
    ...(opened.precision === last.precision ? [] : [`in ${last.precision}`]),
  ];
  if (changes.length > 0) {
    say(`the run was trained ${changes.join(' ')}: from here on numbers differ by rounding`);
  }
  return opened;
}

function whyNot(
  error: unknown,
  asked: Asked,
  last: { readonly backend: string; readonly precision: string },
): unknown {
  if (error instanceof BackendError && error.code === 'precision') {
    if (asked.precision !== undefined) return error;
    return new Error(
      `the run was trained in ${last.precision}; ${oneLine(error)}: --precision fp32 goes on in that`,
      { cause: error },
    );
  }
  if (asked.backend !== undefined) return error;
  return new Error(
    `the run was trained on ${last.backend}, which does not work here (${oneLine(error)}): --backend NAME goes on with another`,
    { cause: error },
  );
}
