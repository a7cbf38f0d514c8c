import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Dataset } from '@alexnet/data';
import {
  checkStudy,
  EXPERIMENTS,
  type Experiment,
  ExperimentError,
  FULL,
  findExperiment,
  loadImages,
  type Outcome,
  outcomeJson,
  overruled,
  QUICK,
  type RunObserver,
  type RunResult,
  recipeOf,
  runStudy,
  type Scale,
  type StudyImages,
  type StudyOptions,
  type StudyPlan,
  scaleOf,
  writePage,
  writeResults,
} from '@alexnet/experiments';
import type { Command } from 'commander';
import { CommandError } from '../failure.js';
import { interruptible } from '../interruptible.js';
import { openBackend, type PrecisionChoice } from '../open-backend.js';
import { openData } from '../open-data.js';
import { whole } from '../options/parse.js';
import {
  backendOption,
  dataOption,
  jsonOption,
  precisionOption,
  setOption,
} from '../options/shared.js';
import { openProgress, type Progress, withProgress } from '../progress.js';
import { duration, percent, print, printJson, say } from '../say.js';
import { typedCommand } from '../typed-command.js';

interface Options {
  readonly all?: true;
  readonly data: string;
  readonly seeds?: number;
  readonly quick?: true;
  readonly finished?: true;
  readonly results: string;
  readonly out: string;
  readonly backend?: string;
  readonly precision?: PrecisionChoice;
  readonly set: readonly string[];
  readonly json?: true;
}

/** Seeds are for training; the images held out are the same in all runs. */
const SPLIT_SEED = 0;

const INTERRUPTION = {
  saying: 'stopping; finished runs are saved',
  ended: 'interrupted: finished runs are saved, the same command goes on',
};

export function addAblateCommand(program: Command): void {
  program
    .command('ablate')
    .description('a claim of the paper as an experiment: with and without one ingredient')
    .argument('[experiment]', EXPERIMENTS.map(({ name }) => name).join(', '))
    .option('--all', 'every experiment, and one page about them')
    .addOption(dataOption().default('emoji'))
    .option('--seeds <n>', 'runs of every variant', whole(1))
    .option('--quick', 'fewer images, passes and seeds')
    .option('--finished', 'train nothing: what the finished runs say so far')
    .option(
      '--results <dir>',
      'finished runs and results, one folder a data set',
      'results/ablations',
    )
    .option('--out <file>', 'where --all writes its page', 'docs/note.md')
    .addOption(backendOption())
    .addOption(precisionOption())
    .addOption(setOption())
    .addOption(jsonOption())
    .action((name, options) => run(name, options).catch(asUsage));
}

async function run(name: string | undefined, options: Options): Promise<void> {
  const scale = options.quick ? QUICK : FULL;
  const plan: StudyPlan = {
    experiments: chooseExperiments(name, options),
    scale,
    seeds: options.seeds ?? null,
    set: options.set,
  };
  checkStudy(plan);
  sayOverruled(plan);
  const backend = await openBackend(options.backend, options.precision);
  const { name: dataName, images } = await takeImages(options.data, plan);
  const folder = join(options.results, `${dataName.replace(/\.tar(\.gz)?$/, '')}-${scale.name}`);
  const { observer, close } = watch(plan.experiments);
  const command = typedCommand(undefined, { paths: 'base' });
  const study = await interruptible(INTERRUPTION, (signal) =>
    runStudy(backend.tf, {
      ...plan,
      images,
      backend,
      folder,
      command,
      observer,
      signal,
      finishedOnly: options.finished === true,
    }),
  ).finally(close);
  for (const { name } of study.pending) say(`${name}: no seed was run with all its variants yet`);
  if (study.outcomes.length === 0) {
    throw new ExperimentError('data', 'no finished runs yet: leave --finished out to make them');
  }
  await writeResults(study, folder);
  say(`results are in ${folder}`);
  if (options.all) {
    await mkdir(dirname(options.out), { recursive: true });
    await writePage(study, options.out);
    say(`wrote ${options.out}`);
  }
  if (options.json) {
    printJson({ experiments: study.outcomes.map((outcome) => outcomeJson(study, outcome)) });
  } else for (const outcome of study.outcomes) printOutcome(outcome);
}

/** An experiment is what it sets itself, whatever was given. */
function sayOverruled({ experiments, set }: StudyPlan): void {
  for (const experiment of experiments) {
    const own = overruled(experiment, set);
    if (own.length > 0)
      say(`${experiment.name} sets this itself: --set ${own.join(' ')} has no effect there`);
  }
}

/** A bar for the run that is made, a line for every one that is done. */
function watch(experiments: readonly Experiment[]) {
  let bar: Progress | null = null;
  const close = () => {
    bar?.close();
    bar = null;
  };
  const observer: RunObserver = {
    onFound(found, of) {
      say(`${of} runs for ${experiments.map(({ name }) => name).join(', ')}`);
      if (found > 0) say(`${found} of ${of} runs are done already`);
    },
    onProgress({ run, at, of, done, total, leftMs }) {
      bar ??= openProgress(run.label);
      bar.report(done, total, `· run ${at} of ${of}, all in ${duration(leftMs)}`);
    },
    onRun(run, result) {
      close();
      say(`${run.label} · ${describe(result)}`);
    },
  };
  return { observer, close };
}

function describe({ curve, seconds, diverged }: RunResult): string {
  const end = curve.at(-1);
  const top1 = end
    ? `training top-1 ${percent(end.trainTop1)}, validation ${percent(end.validationTop1)}`
    : '';
  return `${top1} · ${duration(1000 * seconds)}${diverged ? ` · stopped: ${diverged}` : ''}`;
}

function printOutcome({ experiment, claims }: Outcome): void {
  print(`${experiment.name}: ${experiment.title}`);
  for (const { claim, sentence } of claims) {
    print(`  ${claim.text}`);
    print(`    ${sentence}`);
  }
}

function chooseExperiments(name: string | undefined, { all }: Options): readonly Experiment[] {
  if (all && name !== undefined) throw new CommandError('usage', `${name} or --all, not both`);
  if (all) return EXPERIMENTS;
  if (name === undefined) {
    const names = EXPERIMENTS.map((experiment) => experiment.name);
    throw new CommandError('usage', `name an experiment, or --all: ${names.join(', ')}`);
  }
  return [findExperiment(name)];
}

/** The images of every experiment, each size and number of them read once. */
async function takeImages(source: string, { experiments, scale, set }: StudyPlan) {
  const dataset = await openData(source, { splitSeed: SPLIT_SEED });
  const read = new Map<string, StudyImages>();
  try {
    for (const experiment of experiments) {
      const own = scaleOf(experiment, scale);
      const { shorterSide } = recipeOf(experiment, scale, set).preprocessing;
      const key = imagesKey(own, shorterSide);
      if (!read.has(key)) read.set(key, await readImages(dataset, own, shorterSide));
    }
  } finally {
    await dataset.close();
  }
  const images: StudyOptions['images'] = (own, shorterSide) =>
    read.get(imagesKey(own, shorterSide)) as StudyImages;
  return { name: dataset.name, images };
}

function imagesKey({ classes, trainPerClass, validationPerClass }: Scale, shorterSide: number) {
  return [classes, trainPerClass, validationPerClass, shorterSide].join();
}

async function readImages(
  dataset: Dataset,
  scale: Scale,
  shorterSide: number,
): Promise<StudyImages> {
  const images = await withProgress('reading images', (report) =>
    loadImages(dataset, scale, shorterSide, report),
  );
  const { train, validation, classNames, unreadable } = images;
  say(
    `${scale.name}: ${train.records.length} training and ${validation.records.length} validation images of ${classNames.length} classes, ${shorterSide} px, decoded and kept in memory${unreadable > 0 ? `; ${unreadable} could not be read` : ''}`,
  );
  return images;
}

function asUsage(error: unknown): never {
  if (!(error instanceof ExperimentError) || error.code !== 'usage') throw error;
  throw new CommandError('usage', error.message, { cause: error });
}
