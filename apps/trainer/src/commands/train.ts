import { join } from 'node:path';
import { BackendError } from '@alexnet/backend/node';
import type { Dataset } from '@alexnet/data';
import { buildNetwork, type Network, type Weight } from '@alexnet/model';
import { INITIAL_STATE, RECIPES, type Recipe, type Snapshot, train } from '@alexnet/trainer';
import { type CheckpointStore, openCheckpointStore } from '@alexnet/trainer/node';
import { type Command, Option } from 'commander';
import { createBrokenImages, requireReadable } from '../broken-images.js';
import { checkpointCodec } from '../checkpoint-codec.js';
import { CommandError } from '../failure.js';
import { interruptible } from '../interruptible.js';
import { type Live, startLive } from '../live/start-live.js';
import { openLoaderFeed } from '../loader-feed.js';
import { openData } from '../open-data.js';
import { names, port, positive, share, stepLimit, time, whole } from '../options/parse.js';
import {
  backendOption,
  batchOption,
  dataOption,
  maxBrokenOption,
  precisionOption,
  presetOption,
  setOption,
} from '../options/shared.js';
import { DEFAULT_SEED, networkFor, planRun, resolveRecipe } from '../plan-run.js';
import { DEFAULT_RECIPE } from '../recipe-option.js';
import { checkImages } from '../run/check-images.js';
import { claimFolder } from '../run/claim-folder.js';
import { divisionAsked, divisionOf } from '../run/division.js';
import { finishRun } from '../run/finish-run.js';
import { openRunBackend } from '../run/open-run-backend.js';
import { doneAlready, refuseChanges, requireData, resumed } from '../run/resume-rules.js';
import { recordData, requireRunData } from '../run/run-data.js';
import { DEFAULT_LIMITS } from '../run/run-limits.js';
import { presentPart, withPart } from '../run/run-part.js';
import { startingWeights } from '../run/starting-weights.js';
import { CHECKPOINTS_FOLDER, type RunRecord, writeRun } from '../run-folder.js';
import { openRunLog } from '../run-log.js';
import { duration, printJson, say } from '../say.js';
import {
  applyStart,
  dropoutAsked,
  openStart,
  refuseOtherNetwork,
  type StartWeights,
} from '../start-weights.js';
import { openTrainDisplay } from '../train-display.js';
import type { TrainCommandOptions, TypedOptions } from '../train-options.js';

export function addTrainCommand(program: Command): void {
  program
    .command('train')
    .description('train a network on labeled images')
    .addOption(dataOption())
    .option('--out <dir>', 'the run folder: weights, checkpoints, metrics')
    .option(
      '--recipe <name|file.json>',
      `${Object.keys(RECIPES).join(', ')}, or a file (default: ${DEFAULT_RECIPE})`,
    )
    .option('--print-recipe', 'only write the recipe as it would be trained by, for --recipe FILE')
    .option('--init <file|run>', 'start from these weights: their network, a new last layer')
    .option('--freeze <layers>', 'layers that keep their weights, as conv1,conv2', names)
    .addOption(presetOption())
    .option('--epochs <n>', 'passes over the training images', whole(1))
    .addOption(batchOption())
    .option('--lr <rate>', 'learning rate at its highest', positive)
    .option('--early-stopping <n>', 'stop after n epochs without a gain in validation', whole(0))
    .addOption(new Option('--class-weights <how>', 'in the loss').choices(['none', 'balanced']))
    .option('--steps <n>', 'stop after so many updates in all; all: no longer', stepLimit)
    .option('--time <length>', 'stop this sitting after 90min, 2h, …', time)
    .option(
      '--checkpoint-every <length>',
      `also save within an epoch (default: ${DEFAULT_LIMITS.checkpointEvery / 60_000}min)`,
      time,
    )
    .option(
      '--seed <n>',
      `decides order, crops, initial weights (default: ${DEFAULT_SEED})`,
      whole(0),
    )
    .option(
      '--validation-share <share>',
      'share of each class held out, where the data have no validation images (default: 0.1)',
      share,
    )
    .option('--split-seed <n>', 'decides which images are held out (default: 0)', whole(0))
    .option('--workers <n>', 'threads that prepare images (default: all cores but one)', whole(1))
    .addOption(backendOption())
    .addOption(precisionOption())
    .addOption(maxBrokenOption())
    .option('--resume', 'go on with the run in --out, or with more --epochs')
    .option(
      '--serve [port]',
      'show the run in a browser while it goes (port 6012, 0: a free one)',
      port,
    )
    .option('--serve-host <address>', 'also to other machines: those that have the token')
    .option('--serve-token <token>', 'instead of one made up')
    .addOption(setOption())
    .action(run);
}

async function run(typed: TypedOptions): Promise<void> {
  if (typed.printRecipe) {
    printJson(await resolveRecipe(typed));
    return;
  }
  if (typed.out === undefined) {
    throw new CommandError('usage', '--out DIR is missing: where the run is kept');
  }
  const options: TrainCommandOptions = { ...typed, out: typed.out };
  const { out, resume = false } = options;
  refuseOtherNetwork(options);
  // Settings that cannot be are refused before anything is made or opened.
  const recipe = resume ? null : await resolveRecipe(options);
  const data = resume ? options.data : requireData(options);
  const folder = await claimFolder(out, resume);
  let live: Live | null = null;
  try {
    try {
      if (folder.record) refuseChanges(options, folder.record);
      // Before the run is opened, so that a port that is taken costs nothing.
      live = await startLive(options);
      await runWatched({ ...options, ...(data ? { data } : {}) }, folder.record, recipe, live);
    } finally {
      await folder.release();
    }
    await live?.stay();
  } finally {
    await live?.close();
  }
}

/** A run that is ready to be trained: what was decided, and where it stands. */
interface OpenedRun {
  readonly record: RunRecord;
  /** Null: at the beginning. */
  readonly snapshot: Snapshot | null;
  /** `--init` of a new run. */
  readonly start: StartWeights | null;
  /** What the network starts with; null: drawn from the seed. */
  readonly weights: Promise<ReadonlyMap<string, Weight>> | ReadonlyMap<string, Weight> | null;
}

async function runWatched(
  options: TrainCommandOptions,
  earlier: RunRecord | null,
  recipe: Recipe | null,
  live: Live | null,
): Promise<void> {
  const { out } = options;
  // A new run's recipe has what was typed.
  const precision = recipe ? recipe.precision : options.precision;
  const backend = await openRunBackend({ ...options, precision }, earlier);
  const dataset = await openData(
    options.data ?? (earlier?.data as string),
    earlier ? divisionOf(earlier) : divisionAsked(options),
  );
  try {
    const store = await openCheckpointStore(join(out, CHECKPOINTS_FOLDER), checkpointCodec);
    const run = earlier
      ? await goOn(options, earlier, dataset, store)
      : await begin(options, recipe as Recipe, dataset);
    const state = run.snapshot?.state ?? INITIAL_STATE;
    const done = doneAlready(run.record, state);
    if (done !== null) say(done);
    const part = presentPart(state.globalStep, backend, backend.tf.version_core);
    const parts = done === null ? withPart(run.record.parts, part) : run.record.parts;
    const record = { ...run.record, parts };
    await writeRun(out, record);
    if (!earlier) await recordData(out, dataset);
    const weights = await run.weights;
    const network = buildNetwork(
      backend.tf,
      record.network,
      weights ? { weights } : { seed: record.seed },
    );
    try {
      await trainAndWrite(network, dataset, options, { ...run, record }, store, live);
    } finally {
      network.dispose();
    }
  } finally {
    await dataset.close();
  }
}

async function begin(
  options: TrainCommandOptions,
  recipe: Recipe,
  dataset: Dataset,
): Promise<OpenedRun> {
  const start = options.init
    ? await openStart(options.init, dataset, dropoutAsked(options, recipe))
    : null;
  const seed = options.seed ?? DEFAULT_SEED;
  const weights = start ? null : startingWeights(networkFor(recipe, dataset), seed);
  await checkImages(dataset, options.maxBroken ?? DEFAULT_LIMITS.maxBroken);
  return { record: await planRun(options, recipe, dataset, start), snapshot: null, start, weights };
}

async function goOn(
  options: TrainCommandOptions,
  earlier: RunRecord,
  dataset: Dataset,
  store: CheckpointStore,
): Promise<OpenedRun> {
  await requireRunData(options.out, dataset);
  requireSameData(earlier, dataset, options);
  const { snapshot, rejected } = await store.newest();
  for (const { file, reason } of rejected) say(`passing over ${file}: ${reason}`);
  if (!snapshot && earlier.start) {
    throw new Error(
      `${options.out} was stopped before it had saved the weights it starts from: start it anew, without --resume`,
    );
  }
  const record = resumed(options, earlier, snapshot?.state ?? INITIAL_STATE);
  say(resumeLine(snapshot));
  return { record, snapshot, start: null, weights: snapshot?.weights ?? null };
}

async function trainAndWrite(
  network: Network,
  dataset: Dataset,
  options: TrainCommandOptions,
  { record, start, snapshot: found }: OpenedRun,
  store: CheckpointStore,
  live: Live | null,
): Promise<void> {
  const { out } = options;
  const { recipe, limits } = record;
  let snapshot = found;
  if (start) {
    snapshot = await applyStart(network, start);
    // What a run starts from is kept with it: resuming needs no other file.
    await store.save(snapshot, null);
  }
  const log = await openRunLog(out, record, snapshot?.state ?? INITIAL_STATE);
  if (!found) {
    const weights = await network.getWeights();
    await log.snapshot({ state: INITIAL_STATE, weights, average: null });
  }
  live?.follow(out, record);

  const display = openTrainDisplay(recipe.epochs);
  const broken = createBrokenImages(dataset.train.records.length, limits.maxBroken);
  let step = snapshot?.state.globalStep ?? 0;
  const interruption = {
    saying: 'finishing this step and saving',
    ended: `stopped, everything is saved; go on with: alexnet train --resume --out ${out}`,
  };
  await interruptible(interruption, async (signal) => {
    const loader = await openLoaderFeed(record, options.workers);
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
        feed: loader.feed,
        ...(snapshot ? { from: snapshot } : {}),
        snapshotEveryMs: limits.checkpointEvery,
        ...(limits.steps === null ? {} : { maxSteps: limits.steps }),
        ...(options.time === undefined ? {} : { maxMs: options.time }),
        observer: {
          onStep(report) {
            display.step(report);
            log.step(report);
          },
          onValidate: display.validate,
          async onEpoch(report) {
            display.epoch(report);
            await log.epoch(report);
          },
          onSkip: broken.note,
          async onSnapshot(current, report) {
            await log.snapshot(current);
            await store.save(current, report?.validation?.top1 ?? null);
            step = current.state.globalStep;
            // Not before the epoch is saved.
            if (report?.validation) requireReadable(report.validation, limits.maxBroken);
          },
        },
      }).catch((error: unknown) => {
        throw smallerBatch(error, recipe);
      });
      display.close();
      if (outcome === 'interrupted') throw signal.reason;
      say(`trained in ${duration(performance.now() - started)}`);
      if (outcome !== 'finished') say(goOnLine(outcome, out));
    } finally {
      display.close();
      await loader.close();
    }
    await finishRun({ network, dataset, out, record, log, step, signal });
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

function requireSameData(record: RunRecord, dataset: Dataset, { out }: TrainCommandOptions): void {
  const same =
    record.trainImages === dataset.train.records.length &&
    record.validationImages === dataset.validation.records.length &&
    record.classNames.join('\n') === dataset.classNames.join('\n');
  if (!same) {
    throw new Error(
      `the images in ${dataset.name} are not those ${out} was started on (${record.trainImages} training and ${record.validationImages} validation images in ${record.classNames.length} classes); --data says where they are now`,
    );
  }
}

function resumeLine(snapshot: Snapshot | null): string {
  if (!snapshot) return 'no checkpoint yet: starting at the beginning';
  const { epoch, step, globalStep } = snapshot.state;
  return `resuming at epoch ${epoch + 1}, step ${step} (${globalStep} updates done)`;
}

function goOnLine(outcome: string, out: string): string {
  if (outcome === 'stopped early') return 'stopped early: validation has not improved any more';
  const more = outcome === 'out of steps' ? ' --steps all' : '';
  return `${outcome}: go on with: alexnet train --resume --out ${out}${more}`;
}
