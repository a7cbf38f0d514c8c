import type { Selection } from '@alexnet/backend/node';
import { oneLine } from '../failure.js';
import { openBackend } from '../open-backend.js';
import type { RunRecord } from '../run-folder.js';
import { say } from '../say.js';

/**
 * The backend of a run: what `--backend` names; else, for a run that goes on, the one it was trained on.
 *
 * @throws Error when that one does not work here: another has to be asked for
 */
export async function openRunBackend(
  asked: string | undefined,
  record: RunRecord | null,
): Promise<Selection> {
  const last = record?.parts.at(-1);
  if (!last) return openBackend(asked);
  if (asked !== undefined && asked !== last.backend) {
    say(
      `the run was trained on ${last.backend} (${last.device}): from here on numbers differ by rounding`,
    );
  }
  if (asked !== undefined) return openBackend(asked);
  try {
    return await openBackend(last.backend);
  } catch (error) {
    throw new Error(
      `the run was trained on ${last.backend}, which does not work here (${oneLine(error)}): --backend NAME goes on with another`,
      { cause: error },
    );
  }
}
