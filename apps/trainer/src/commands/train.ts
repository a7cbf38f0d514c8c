import { mkdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { BackendError } from '@alexnet/backend/node';
import { writeModel } from '@alexnet/convert';
import type { Dataset } from '@alexnet/data';
import { writeAtomically } from '@alexnet/files/node';
import { buildNetwork, type Network } from '@alexnet/model';
import {
  evaluate,
  INITIAL_STATE,
  RECIPES,
  type Recipe,
  type Snapshot,
  train,
} from '@alexnet/trainer';
import { openCheckpointStore } from '@alexnet/trainer/node';
import type { Command } from 'commander';
import { createBrokenImages, requireReadable } from '../broken-images.js';
import { checkpointCodec } from '../checkpoint-codec.js';
import { CommandError } from '../failure.js';
import { interruptible } from '../interruptible.js';
import { type Live, startLive } from '../live/start-live.js';
import { openLoaderFeed } from '../loader-feed.js';
import { openBackend } from '../open-backend.js';
import { DATA_HELP, openData } from '../open-data.js';
import { names, port, time, whole } from '../options/parse.js';
import {
  backendOption,
  batchOption,
  dataOption,
  maxBrokenOption,
  presetOption,
  setOption,
} from '../options/shared.js';
import { planRun, resolveRecipe } from '../plan-run.js';
import { withProgress } from '../progress.js';
import { CHECKPOINTS_FOLDER, type RunRecord, readRun, startRun } from '../run-folder.js';
import { openRunLog } from '../run-log.js';
import { duration, say } from '../say.js';
import {
  applyStart,
  dropoutAsked,
  openStart,
  refuseOtherNetwork,
  type StartWeights,
} from '../start-weights.js';
import { openTrainDisplay } from '../train-display.js';
import type { TrainCommandOptions } from '../train-options.js';
import { WEIGHTS_NAME } from '../weights-file.js';
import { printEvaluations } from './eval.js';

export function addTrainCommand(program: Command): void {
  program
    .command('train')
    .description('train a network on labeled images')
    .addOption(dataOption())
    .requiredOption('--out <dir>', 'the run folder: weights, checkpoints, metrics')
    .option('--recipe <name>', Object.keys(RECIPES).join(', '), 'quick')
    .option('--init <file|run>', 'start from these weights: their network, a new last layer')
    .option('--freeze <layers>', 'layers that keep their weights, as conv1,conv2', names)
    .addOption(presetOption())
    .option('--epochs <n>', 'passes over the training images', whole(1))
    .addOption(batchOption())
    .option('--steps <n>', 'stop after this many updates', whole(1))
    .option('--time <length>', 'stop after 90min, 2h, …', time)
    .option('--checkpoint-every <length>', 'also save within an epoch', time, 600_000)
    .option('--seed <n>', 'decides order, crops, initial weights', whole(0), 1)
    .addOption(backendOption())
    .addOption(maxBrokenOption())
    .option('--resume', 'continue the run in --out where it stopped')
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

async function run(options: TrainCommandOptions): Promise<void> {
  const record = options.resume ? await readRun(options.out) : null;
  if (options.resume && !record) throw new Error(`${options.out} holds no run to resume`);
  if (options.resume) refuseChanges(options);
  refuseOtherNetwork(options);
  if (!options.resume) {
    if (!options.data) throw new CommandError('usage', `--data is missing: ${DATA_HELP}`);
    if (await readRun(options.out)) {
      throw new Error(
        `${options.out} already holds a run: continue it with --resume, or choose another --out`,
      );
    }
  }
  const recipe = record?.recipe ?? resolveRecipe(options);
  // First of all, so that a port that is taken leaves no run behind.
  const live = await startLive(options);
  try {
    await runWatched(options, record, recipe, live);
  } catch (error) {
    if (!(error instanceof BackendError) || error.code !== 'oversize') throw error;
    throw new Error(
      `${error.message}: --batch-size ${Math.ceil(recipe.batchSize / 2)}, or the same batch in parts with --set accumulate=${2 * recipe.accumulate}`,
      { cause: error },
    );
  } finally {
    await live?.close();
  }
}

async function runWatched(
  options: TrainCommandOptions,
  record: RunRecord | null,
  recipe: Recipe,
  live: Live | null,
): Promise<void> {
  const { tf, name, device } = await openBackend(options.backend);
  const dataset = await openData(
    record?.data ?? (options.data as string),
    record?.seed ?? options.seed,
  );
  try {
    const start =
      record || !options.init
        ? null
        : await openStart(options.init, dataset, dropoutAsked(options, recipe));
    const plan = record ?? (await planRun(options, recipe, dataset, { name, device }, start));
    requireSameData(plan, dataset, options.out);
    if (!record) await startRun(options.out, plan);
    const network = buildNetwork(tf, plan.network, { seed: plan.seed });
    try {
      await trainAndWrite(network, dataset, plan, options, live, start);
    } finally {
      network.dispose();
    }
  } finally {
    await dataset.close();
  }
}

async function trainAndWrite(
  network: Network,
  dataset: Dataset,
  plan: RunRecord,
  options: TrainCommandOptions,
  live: Live | null,
  start: StartWeights | null,
): Promise<void> {
  const { out } = options;
  await mkdir(out, { recursive: true });
  const store = await openCheckpointStore(join(out, CHECKPOINTS_FOLDER), checkpointCodec, {
    recipe: plan.recipe,
    seed: plan.seed,
  });
  // What a run starts from is kept with it: resuming needs no other file.
  if (start) await store.save(await applyStart(network, start), null);
  const { snapshot, rejected } = await store.newest();
  if (!snapshot && plan.start) {
    throw new Error(
      `${out} was stopped before it had saved the weights it starts from: remove it and start anew`,
    );
  }
  for (const { file, reason } of rejected) say(`passing over ${file}: ${reason}`);
  if (options.resume) say(resumeLine(snapshot));
  const log = await openRunLog(out, plan, snapshot?.state ?? INITIAL_STATE);
  if (!snapshot || start) {
    const weights = await network.getWeights();
    await log.snapshot({ state: INITIAL_STATE, weights, average: null });
  }
  live?.follow(out, plan);

  const loader = await openLoaderFeed(plan);
  const display = openTrainDisplay(plan.recipe.epochs);
  const broken = createBrokenImages(dataset.train.records.length, options.maxBroken);
  let step = snapshot?.state.globalStep ?? 0;
  const started = performance.now();
  try {
    const interruption = {
      saying: 'finishing this step and saving',
      ended: `stopped, everything is saved; go on with: alexnet train --resume --out ${out}`,
    };
    const outcome = await interruptible(interruption, async (signal) => {
      const outcome = await train({
        network,
        recipe: plan.recipe,
        train: dataset.train,
        validation: dataset.validation,
        preprocessing: plan.preprocessing,
        colors: plan.colors,
        seed: plan.seed,
        signal,
        feed: loader.feed,
        ...(snapshot ? { from: snapshot } : {}),
        snapshotEveryMs: options.checkpointEvery,
        ...(options.steps === undefined ? {} : { maxSteps: options.steps }),
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
            requireReadable(report.validation, options.maxBroken);
          },
          onSkip: broken.note,
          async onSnapshot(current, report) {
            await log.snapshot(current);
            await store.save(current, report ? report.validation.top1 : null);
            step = current.state.globalStep;
          },
        },
      });
      if (outcome === 'interrupted') throw signal.reason;
      return outcome;
    });
    display.close();
    say(`trained in ${duration(performance.now() - started)}`);
    if (outcome !== 'finished') {
      say(`${outcome}: go on with: alexnet train --resume --out ${out}`);
    }
  } finally {
    display.close();
    await loader.close();
  }

  const evaluation = await withProgress('validating', (report) =>
    evaluate(network, dataset.validation, {
      preprocessing: plan.preprocessing,
      onProgress: report,
    }),
  );
  await log.evaluation(evaluation, step);
  await log.close();
  const path = join(out, WEIGHTS_NAME);
  await writeAtomically(
    path,
    writeModel({
      spec: network.spec,
      weights: await network.getWeights(),
      preprocessing: plan.preprocessing,
      classNames: [...plan.classNames],
      provenance: provenance(plan, evaluation.top1, evaluation.top5, step),
    }),
  );
  printEvaluations([evaluation], plan.classNames);
  if (broken.count > 0) say(`${broken.count} training images could not be read and were skipped`);
  say(`wrote ${path} (${((await stat(path)).size / 1e6).toFixed(1)} MB)`);
}

/** What a reader of the weights file may want to know of its making. */
function provenance(plan: RunRecord, top1: number, top5: number, steps: number) {
  return {
    dataset: plan.datasetName,
    trainImages: plan.trainImages,
    recipe: plan.recipe.name,
    // A run that was told to stop early has seen fewer than its recipe says.
    epochs: Math.round((steps / Math.ceil(plan.trainImages / plan.recipe.batchSize)) * 10) / 10,
    steps,
    seed: plan.seed,
    backend: plan.backend,
    device: plan.device,
    created: plan.created,
    validation: { images: plan.validationImages, top1, top5 },
    ...(plan.start ? { start: plan.start } : {}),
  };
}

/** `--resume` continues the run as it was planned: settings given beside it are a mistake. */
function refuseChanges(options: TrainCommandOptions): void {
  const given = [
    options.data !== undefined && '--data',
    options.init !== undefined && '--init',
    options.freeze !== undefined && '--freeze',
    options.preset !== undefined && '--preset',
    options.epochs !== undefined && '--epochs',
    options.batchSize !== undefined && '--batch-size',
    options.set.length > 0 && '--set',
  ].filter((name): name is string => name !== false);
  if (given.length > 0) {
    throw new CommandError(
      'usage',
      `--resume continues the run as it was started: leave out ${given.join(', ')}`,
    );
  }
}

function requireSameData(plan: RunRecord, dataset: Dataset, out: string): void {
  const same =
    plan.trainImages === dataset.train.records.length &&
    plan.validationImages === dataset.validation.records.length &&
    plan.classNames.join('\n') === dataset.classNames.join('\n');
  if (!same) {
    throw new Error(
      `the images in ${plan.data} are not those ${out} was started on (${plan.trainImages} training and ${plan.validationImages} validation images in ${plan.classNames.length} classes)`,
    );
  }
}

function resumeLine(snapshot: Snapshot | null): string {
  if (!snapshot) return 'no checkpoint yet: starting at the beginning';
  const { epoch, step, globalStep } = snapshot.state;
  return `resuming at epoch ${epoch + 1}, step ${step} (${globalStep} updates done)`;
}
