import { BackendError } from '@alexnet/backend/node';
import type { Dataset } from '@alexnet/data';
import { type Network, takesBytes } from '@alexnet/model';
import {
  INITIAL_STATE,
  type Recipe,
  type TrainObserver,
  train,
  type World,
} from '@alexnet/trainer';
import type { CheckpointStore } from '@alexnet/trainer/node';
import { createBrokenImages, requireReadable } from '../broken-images.js';
import { CommandError } from '../failure.js';
import { interruptible } from '../interruptible.js';
import type { Live } from '../live/start-live.js';
import { openLoaderFeed } from '../loader-feed.js';
import { openRunLog } from '../run-log.js';
import { duration, say } from '../say.js';
import { applyStart } from '../start-weights.js';
import { shareSnapshot } from '../team/open-world.js';
import type { Team } from '../team/team.js';
import { openTrainDisplay } from '../train-display.js';
import type { TrainCommandOptions } from '../train-options.js';
import { typedCommand } from '../typed-command.js';
import { finishRun } from './finish-run.js';
import type { OpenedRun } from './open-run.js';
import { setAsideWeights } from './set-aside-weights.js';

/** A run and what it is trained with. */
interface Training {
  readonly team: Team;
  readonly world: World;
  readonly network: Network;
  readonly dataset: Dataset;
  readonly options: TrainCommandOptions;
  readonly run: OpenedRun;
  /** Null in a process that writes nothing. */
  readonly store: CheckpointStore | null;
  readonly live: Live | null;
}

/** Trains an opened run until it is finished, interrupted or out of steps or time, and writes what it made. */
export async function trainAndWrite(training: Training): Promise<void> {
  const { team, world, network, dataset, options, store, live } = training;
  const { record, start, snapshot: found } = training.run;
  const { out } = options;
  const { recipe, limits } = record;
  let own = found;
  if (start) {
    own = await applyStart(network, start);
    // What a run starts from is kept with it: resuming needs no other file.
    await store?.save(own, null);
  }
  const snapshot = await shareSnapshot(team, world, network, own);
  const log = store && (await openRunLog(out, record, snapshot?.state ?? INITIAL_STATE));
  if (log && !found) {
    const weights = await network.getWeights();
    await log.snapshot({ state: INITIAL_STATE, weights, average: null });
  }
  live?.follow(out, record);

  const display = openTrainDisplay(recipe.epochs);
  const broken = createBrokenImages(dataset.train.records.length, limits.maxBroken);
  const begun = snapshot?.state.globalStep ?? 0;
  let step = begun;
  const interruption = {
    saying: 'finishing this step and saving',
    ended: `stopped, everything is saved; go on with: ${resumeCommand(out)}`,
  };
  const writing: TrainObserver = {
    onStep(report) {
      display.step(report);
      log?.step(report);
    },
    onValidate: display.validate,
    async onEpoch(report) {
      display.epoch(report);
      await log?.epoch(report);
    },
    async onSnapshot(current, report) {
      // Before there is a checkpoint beyond them.
      if (current.state.globalStep > begun) await setAsideWeights(out, begun);
      await log?.snapshot(current);
      await store?.save(current, report?.validation?.top1 ?? null);
      step = current.state.globalStep;
      // Not before the epoch is saved.
      if (report?.validation) requireReadable(report.validation, limits.maxBroken);
    },
  };
  await interruptible(interruption, async (signal) => {
    const loader = await openLoaderFeed(record, world, takesBytes(network.tf), options.workers);
    const started = performance.now();
    try {
      const outcome = await train({
        network,
        recipe,
        train: dataset.train,
        validation: dataset.validation,
        preprocessing: record.preprocessing,
        colors: record.colors,
        seed: record.seed,
        signal,
        world,
        feed: loader.feed,
        ...(snapshot ? { from: snapshot } : {}),
        snapshotEveryMs: limits.checkpointEvery,
        ...(limits.steps === null ? {} : { maxSteps: limits.steps }),
        ...(options.time === undefined ? {} : { maxMs: options.time }),
        observer: { ...(log ? writing : {}), onSkip: broken.note },
      }).catch((error: unknown) => {
        throw smallerBatch(error, recipe);
      });
      display.close();
      if (outcome === 'interrupted') {
        throw signal.reason ?? new CommandError('interrupted', interruption.ended);
      }
      say(`trained in ${duration(performance.now() - started)}`);
      if (outcome !== 'finished') say(goOnLine(outcome, out));
    } finally {
      display.close();
      await loader.close();
    }
    await finishRun({ network, dataset, out, record, log, world, step, signal });
  });
  if (broken.count > 0) say(`${broken.count} training images could not be read and were skipped`);
}

/** A batch that a GPU cannot hold is answered with what may fit. */
function smallerBatch(error: unknown, { batchSize, accumulate }: Recipe): unknown {
  if (!(error instanceof BackendError) || error.code !== 'oversize') return error;
  return new Error(
    `${error.message}: --batch-size ${Math.ceil(batchSize / 2)}, or the same batch in parts with --set accumulate=${2 * accumulate}`,
    { cause: error },
  );
}

function goOnLine(outcome: string, out: string): string {
  if (outcome === 'stopped early') return 'stopped early: validation has not improved any more';
  const more = outcome === 'out of steps' ? ['--steps', 'all'] : [];
  return `${outcome}: go on with: ${resumeCommand(out, more)}`;
}

function resumeCommand(out: string, more: readonly string[] = []): string {
  return typedCommand(['train', '--resume', '--out', out, ...more]);
}
