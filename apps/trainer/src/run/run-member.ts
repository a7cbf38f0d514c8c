import { join } from 'node:path';
import { buildNetwork, type Tf } from '@alexnet/model';
import { INITIAL_STATE, type Recipe } from '@alexnet/trainer';
import { openCheckpointStore } from '@alexnet/trainer/node';
import { checkpointCodec } from '../checkpoint-codec.js';
import { oneLine } from '../failure.js';
import type { Live } from '../live/start-live.js';
import { openData } from '../open-data.js';
import { CHECKPOINTS_FOLDER, type RunRecord, writeRun } from '../run-folder.js';
import { say } from '../say.js';
import { compareData, compareFacts } from '../team/compare-ranks.js';
import { openWorld } from '../team/open-world.js';
import type { Team } from '../team/team.js';
import type { TrainCommandOptions } from '../train-options.js';
import { divisionAsked, divisionOf } from './division.js';
import { beginRun, type OpenedRun, reopenRun } from './open-run.js';
import { openRunBackend } from './open-run-backend.js';
import { doneAlready } from './resume-rules.js';
import { recordData } from './run-data.js';
import { presentPart, withPart } from './run-part.js';
import { trainAndWrite } from './train-run.js';

/** One process of a run: opens backend, images and run, the same in all of them, and trains. */
export async function runMember(
  team: Team,
  options: TrainCommandOptions,
  earlier: RunRecord | null,
  recipe: Recipe | null,
  live: Live | null,
): Promise<void> {
  const { out } = options;
  const isFirst = team.rank === 0;
  // A new run's recipe has what was typed.
  const precision = recipe && !earlier ? recipe.precision : options.precision;
  const backend = await openRunBackend({ ...options, precision }, earlier);
  await compareFacts(team, 'backend', {
    backend: backend.name,
    device: deviceKind(backend.tf),
    TensorFlow: /TensorFlow [\w.-]+$/.exec(backend.device)?.[0] ?? 'none',
    precision: backend.precision,
  });
  const world = await openWorld(backend.tf, team);
  const dataset = await openData(
    options.data ?? (earlier?.data as string),
    earlier ? divisionOf(earlier) : divisionAsked(options),
  ).catch((error: unknown) => {
    if (options.data !== undefined) throw error;
    throw new Error(`${oneLine(error)}; --data says where the images of the run are now`, {
      cause: error,
    });
  });
  try {
    await compareData(team, dataset);
    const store = isFirst
      ? await openCheckpointStore(join(out, CHECKPOINTS_FOLDER), checkpointCodec)
      : null;
    const opened = store
      ? earlier
        ? await reopenRun(options, earlier, dataset, store)
        : await beginRun(options, recipe as Recipe, dataset)
      : null;
    if (opened) {
      const { record } = opened;
      const state = opened.snapshot?.state ?? INITIAL_STATE;
      const done = doneAlready(record, state);
      if (done !== null) say(done);
      const part = presentPart(state.globalStep, backend, backend.tf.version_core, team);
      opened.record = {
        ...record,
        parts: done === null ? withPart(record.parts, part) : record.parts,
      };
      await writeRun(out, opened.record);
      if (!earlier) await recordData(out, dataset);
    }
    const record = await team.share('run', opened?.record ?? null);
    const run: OpenedRun = opened ?? { record, snapshot: null, start: null, weights: null };
    const weights = await run.weights;
    const network = buildNetwork(
      backend.tf,
      record.network,
      weights ? { weights } : { seed: record.seed },
    );
    try {
      await trainAndWrite({ team, world, network, dataset, options, run, store, live });
    } finally {
      network.dispose();
    }
  } finally {
    await dataset.close();
  }
}

/** Whether the backend computes on a GPU, which TensorFlow's name does not say. */
function deviceKind(tf: Tf): string {
  return (tf.backend() as { isUsingGpuDevice?: boolean }).isUsingGpuDevice ? 'GPU' : 'processor';
}
