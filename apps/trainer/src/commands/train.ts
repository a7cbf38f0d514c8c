import { join } from 'node:path';
import { BackendError } from '@alexnet/backend/node';
import type { Dataset } from '@alexnet/data';
import { buildNetwork, type Network, type Tf, takesBytes, type Weight } from '@alexnet/model';
import {
  INITIAL_STATE,
  RECIPES,
  type Recipe,
  type Snapshot,
  type TrainObserver,
  train,
  type World,
} from '@alexnet/trainer';
import { type CheckpointStore, openCheckpointStore } from '@alexnet/trainer/node';
import { type Command, Option } from 'commander';
import { createBrokenImages, requireReadable } from '../broken-images.js';
import { checkpointCodec } from '../checkpoint-codec.js';
import { CommandError, oneLine } from '../failure.js';
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
import { DEFAULT_SEED, networkFor, planRun, recipeToPrint, resolveRecipe } from '../plan-run.js';
import { DEFAULT_RECIPE } from '../recipe-option.js';
import { checkImages } from '../run/check-images.js';
import { canGoOn, claimFolder, NO_FOLDER } from '../run/claim-folder.js';
import { divisionAsked, divisionOf } from '../run/division.js';
import { finishRun } from '../run/finish-run.js';
import { openRunBackend } from '../run/open-run-backend.js';
import { refuseLostWork } from '../run/refuse-lost-work.js';
import { doneAlready, goingOn, refuseChanges, requireData, resumed } from '../run/resume-rules.js';
import { recordData, requireRunData } from '../run/run-data.js';
import { DEFAULT_LIMITS } from '../run/run-limits.js';
import { presentPart, withPart, worldInWords } from '../run/run-part.js';
import { setAsideWeights } from '../run/set-aside-weights.js';
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
import { codeVersion, compareData, compareFacts, recipeFacts } from '../team/compare-ranks.js';
import { openWorld, shareSnapshot } from '../team/open-world.js';
import { ownTeam, type Team } from '../team/team.js';
import { addWorldOptions, launchAll, placementOf } from '../team/world-options.js';
import { openTrainDisplay } from '../train-display.js';
import type { TrainCommandOptions, TypedOptions } from '../train-options.js';
import { typedCommand } from '../typed-command.js';

export function addTrainCommand(program: Command): void {
  const command = program
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
    .option('--early-stopping <n>', 'stop after n epochs without a gain in validation', whole(1))
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
    .addOption(setOption());
  addWorldOptions(command).action(run);
}

async function run(typed: TypedOptions): Promise<void> {
  if (typed.printRecipe) {
    printJson(await recipeToPrint(typed));
    return;
  }
  if (typed.out === undefined) {
    throw new CommandError('usage', '--out DIR is missing: where the run is kept');
  }
  const options: TrainCommandOptions = { ...typed, out: typed.out };
  refuseOtherNetwork(options);
  // Settings that cannot be are refused before anything is made or opened.
  const recipe = options.resume ? null : await resolveRecipe(options);
  const data = options.resume ? options.data : requireData(options);
  const team = ownTeam();
  const placement = team.isLaunched ? null : placementOf(options);
  if (placement) return launchAll(placement, options);
  await runAsMember(team, { ...options, ...(data ? { data } : {}) }, recipe);
}

async function runAsMember(
  team: Team,
  typed: TrainCommandOptions,
  recipe: Recipe | null,
): Promise<void> {
  const { out } = typed;
  const isFirst = team.rank === 0;
  if (isFirst && team.size > 1) say(`world: ${worldInWords(worldOf(team))}, ${team.found}`);
  const { seed = DEFAULT_SEED, resume = false } = typed;
  const { steps, epochs, freeze, splitSeed, validationShare } = typed;
  await compareFacts(team, 'settings', {
    code: team.size > 1 ? codeVersion() : '',
    'world size': team.size,
    ...{ '--seed': seed, '--resume': resume, '--steps': steps, '--epochs': epochs },
    ...{ '--freeze': freeze, '--split-seed': splitSeed, '--validation-share': validationShare },
    ...recipeFacts(recipe),
  });
  const goesOn = await team.share(
    'goes on',
    isFirst ? typed.resume === true || (team.restarted && (await canGoOn(out))) : null,
  );
  const options = goesOn && !typed.resume ? goingOn(typed) : typed;
  const folder = isFirst ? await claimFolder(out, goesOn) : NO_FOLDER;
  let live: Live | null = null;
  try {
    try {
      if (folder.record) refuseChanges(options, folder.record);
      // Before the run is opened, so that a port that is taken costs nothing.
      if (isFirst) live = await startLive(options);
      const earlier = await team.share('earlier', folder.record);
      await runWatched(team, options, earlier, recipe, live);
    } finally {
      await folder.release();
    }
    await live?.stay();
  } finally {
    await live?.close();
  }
}

const worldOf = ({ size, machines: count }: Team) => ({ processes: size, machines: count });

/** A run that is ready to be trained: what was decided, and where it stands. */
interface OpenedRun {
  record: RunRecord;
  /** Null: at the beginning. */
  readonly snapshot: Snapshot | null;
  /** `--init` of a new run. */
  readonly start: StartWeights | null;
  /** What the network starts with; null: drawn from the seed. */
  readonly weights: Promise<ReadonlyMap<string, Weight>> | ReadonlyMap<string, Weight> | null;
}

async function runWatched(
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
        ? await goOn(options, earlier, dataset, store)
        : await begin(options, recipe as Recipe, dataset)
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
  if (!snapshot) await refuseLostWork(options.out, rejected.length);
  if (!snapshot && earlier.start) {
    throw new Error(
      `${options.out} was stopped before it had saved the weights it starts from: start it anew, without --resume`,
    );
  }
  const record = resumed(options, earlier, snapshot?.state ?? INITIAL_STATE);
  say(resumeLine(snapshot));
  return { record, snapshot, start: null, weights: snapshot?.weights ?? null };
}

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

async function trainAndWrite(training: Training): Promise<void> {
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
  const more = outcome === 'out of steps' ? ['--steps', 'all'] : [];
  return `${outcome}: go on with: ${resumeCommand(out, more)}`;
}

function resumeCommand(out: string, more: readonly string[] = []): string {
  return typedCommand(['train', '--resume', '--out', out, ...more]);
}
