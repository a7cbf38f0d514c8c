import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Command } from 'commander';
import { environmentOf } from '../ablate/environment.js';
import { executeRuns } from '../ablate/execute-runs.js';
import type { Experiment } from '../ablate/experiment.js';
import { EXPERIMENTS } from '../ablate/experiments/index.js';
import { findExperiment } from '../ablate/find-experiment.js';
import { interruptible } from '../ablate/interrupt.js';
import { type AblationImages, loadImages } from '../ablate/load-images.js';
import { type Outcome, outcomeOf } from '../ablate/outcome.js';
import { baseOf, type PlanOptions, planRuns, runsOf } from '../ablate/plan-runs.js';
import { openRunStore } from '../ablate/run-store.js';
import { FULL, QUICK, type Scale } from '../ablate/scale.js';
import type { Study } from '../ablate/study.js';
import { outcomeJson, writePage, writeResults } from '../ablate/write-results.js';
import { UsageError } from '../failure.js';
import { openBackend } from '../open-backend.js';
import { openData } from '../open-data.js';
import { collect, whole } from '../options.js';
import { withProgress } from '../progress.js';
import { print, printJson, say } from '../say.js';

interface Options {
  readonly all?: true;
  readonly data: string;
  readonly seeds?: number;
  readonly quick?: true;
  readonly results: string;
  readonly out: string;
  readonly backend?: string;
  readonly set: readonly string[];
  readonly json?: true;
}

/** Seeds are for training; the images held out are the same in all runs. */
const SPLIT_SEED = 0;

/** For trying a plan before there are images. */
const NO_GROUND = { images: '', classes: 2, backend: '' };

export function addAblateCommand(program: Command): void {
  program
    .command('ablate')
    .description('a claim of the paper as an experiment: with and without one ingredient')
    .argument('[experiment]', EXPERIMENTS.map(({ name }) => name).join(', '))
    .option('--all', 'every experiment, and one page about them')
    .option('--data <source>', 'emoji, a folder of class folders, or a .tar of the same', 'emoji')
    .option('--seeds <n>', 'runs of every variant', whole(1))
    .option('--quick', 'fewer images, passes and seeds')
    .option(
      '--results <dir>',
      'finished runs and results, one folder a data set',
      'results/ablations',
    )
    .option('--out <file>', 'where --all writes its page', 'docs/note.md')
    .option('--backend <name>', 'tensorflow, webgpu, wasm or cpu')
    .option('--set <key=value>', 'change a setting of every run; may be repeated', collect, [])
    .option('--json', 'one JSON document on stdout')
    .action(run);
}

async function run(name: string | undefined, options: Options): Promise<void> {
  const experiments = chooseExperiments(name, options);
  const scale = options.quick ? QUICK : FULL;
  const seeds = options.seeds ?? scale.seeds;
  const { set } = options;
  plan({ experiments, scale, seeds, set, ground: NO_GROUND });
  const { shorterSide } = baseOf(scale, set).preprocessing;
  const { tf, name: backend, device } = await openBackend(options.backend);
  const images = await takeImages(options.data, scale, shorterSide);
  const ground = {
    images: `${images.name} ${images.digest}`,
    classes: images.classNames.length,
    backend,
  };
  const planOptions = { experiments, scale, seeds, set, ground };
  const runs = plan(planOptions);
  const folder = join(options.results, `${images.name.replace(/\.tar(\.gz)?$/, '')}-${scale.name}`);
  const store = await openRunStore(join(folder, 'runs'));
  say(`${runs.length} runs for ${experiments.map((experiment) => experiment.name).join(', ')}`);
  const results = await interruptible((signal) => executeRuns(tf, runs, images, store, signal));
  const study: Study = {
    scale,
    images: {
      name: images.name,
      train: images.train.records.length,
      validation: images.validation.records.length,
      classes: images.classNames.length,
    },
    seeds,
    base: baseOf(scale, set),
    set,
    environment: environmentOf({ name: backend, device }, tf.version_core),
    outcomes: experiments.map((experiment) =>
      outcomeOf(experiment, runsOf(experiment, planOptions, results)),
    ),
  };
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

function printOutcome({ experiment, claims }: Outcome): void {
  print(`${experiment.name}: ${experiment.title}`);
  for (const { claim, sentence } of claims) {
    print(`  ${claim.text}`);
    print(`    ${sentence}`);
  }
}

/** @throws UsageError for settings and sizes that cannot be, before anything is opened */
function plan(options: PlanOptions) {
  try {
    return planRuns(options);
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

function chooseExperiments(name: string | undefined, { all }: Options): readonly Experiment[] {
  if (all && name !== undefined) throw new UsageError(`${name} or --all, not both`);
  if (all) return EXPERIMENTS;
  if (name === undefined) {
    const names = EXPERIMENTS.map((experiment) => experiment.name);
    throw new UsageError(`name an experiment, or --all: ${names.join(', ')}`);
  }
  return [findExperiment(name)];
}

async function takeImages(
  source: string,
  scale: Scale,
  shorterSide: number,
): Promise<AblationImages> {
  const dataset = await openData(source, SPLIT_SEED);
  try {
    const images = await withProgress('reading images', (report) =>
      loadImages(dataset, scale, shorterSide, report),
    );
    const { train, validation, classNames, unreadable } = images;
    say(
      `${scale.name}: ${train.records.length} training and ${validation.records.length} validation images of ${classNames.length} classes, decoded and kept in memory${unreadable > 0 ? `; ${unreadable} could not be read` : ''}`,
    );
    return images;
  } finally {
    await dataset.close();
  }
}
