import { type BackendName, diagnoseBackends, parseBackendName } from '@alexnet/backend/node';
import type { Precision } from '@alexnet/model';
import { type Command, Option } from 'commander';
import { comparePeers, serveRuntime } from '../bench/compare-peers.js';
import type { BenchTask } from '../bench/network-work.js';
import {
  appendCsv,
  type BenchRun,
  formatTimings,
  imagesPerSecond,
} from '../bench/runtime-timing.js';
import { timeBackends } from '../bench/time-backends.js';
import { CommandError } from '../failure.js';
import { whole } from '../options/parse.js';
import { batchOption, csvOption, jsonOption, presetOption } from '../options/shared.js';
import { requirePreset, specOrUsageError } from '../preset-argument.js';
import { print, printJson, say } from '../say.js';
import { typedCommand } from '../typed-command.js';

interface BenchOptions {
  readonly preset: string;
  readonly batchSize: number;
  readonly backend?: string;
  readonly precision: Precision;
  readonly seconds: number;
  readonly compare?: true;
  readonly only?: string;
  readonly rounds: number;
  readonly python: string;
  readonly json?: true;
  readonly csv?: string;
}

const DESCRIPTIONS: Readonly<Record<BenchTask, string>> = {
  step: 'one training step: forward, backward, update',
  predict: 'the probabilities of one batch, upload and download included',
};

export function addBenchNetworkCommands(bench: Command): void {
  for (const task of ['step', 'predict'] as const) {
    bench
      .command(task)
      .description(DESCRIPTIONS[task])
      .addOption(presetOption().default('alexnet'))
      .addOption(batchOption().default(task === 'step' ? 128 : 10))
      .option('--backend <names>', 'e.g. tensorflow,wasm; default: all that work here but cpu')
      .addOption(
        new Option('--precision <which>', 'of convolutions and dense layers')
          .choices(['fp32', 'bf16', 'fp16'])
          .default('fp32'),
      )
      .option('--seconds <n>', 'time for each, after warming up', whole(1), 10)
      .option(
        '--compare',
        'against PyTorch (CUDA beside a runtime on a GPU), Keras, TensorFlow’s own graph and onnxruntime-node, in turns',
      )
      .option('--only <names>', 'with --compare: these peers, e.g. torch-nchw,onnxruntime')
      .option('--rounds <n>', 'with --compare: samples of each', whole(1), 7)
      .option('--python <path>', 'with --compare: has torch, keras and tensorflow-cpu', 'python3')
      .addOption(csvOption())
      .addOption(jsonOption())
      .action((options: BenchOptions) => run(task, options));
  }
  bench
    .command('runtime <task>', { hidden: true })
    .description('one runtime of a comparison: answers lines on stdin with milliseconds')
    .requiredOption('--backend <name>')
    .addOption(presetOption().makeOptionMandatory())
    .addOption(batchOption().makeOptionMandatory())
    .requiredOption('--precision <which>')
    .action(
      (
        task: BenchTask,
        { backend, preset, batchSize, precision }: BenchOptions & { backend: string },
      ) =>
        serveRuntime(
          { task, spec: specOrUsageError(requirePreset(preset), {}), batch: batchSize, precision },
          backend,
        ),
    );
}

async function run(task: BenchTask, options: BenchOptions): Promise<void> {
  const { batchSize: batch, precision, seconds, rounds, python, only, csv } = options;
  const preset = requirePreset(options.preset);
  const spec = specOrUsageError(preset, {});
  const names = options.backend?.split(',').map(requireBackend) ?? (await workingBackends());
  const work = { task, spec, batch, precision };
  const timings = options.compare
    ? await comparePeers(work, { backends: names, peers: only?.split(','), rounds, python })
    : await timeBackends(names, work, seconds);
  if (timings.length === 0) throw new Error('no runtime could be timed');
  const command = typedCommand();
  const about: BenchRun = { task, preset, batch, command };
  if (csv !== undefined) await appendCsv(csv, about, timings);
  if (options.json) {
    const rates = timings.map((timing) => ({
      ...timing,
      imagesPerSecond: imagesPerSecond(timing, batch),
    }));
    printJson({ ...about, node: process.version, timings: rates });
    return;
  }
  say(`${task} of ${preset}, batch ${batch}: median ± half the width of the middle half`);
  for (const line of formatTimings(timings, batch)) print(line);
}

/** All but plain JavaScript, which takes minutes where the others take a second. */
async function workingBackends(): Promise<BackendName[]> {
  const { backends } = await diagnoseBackends();
  const working = backends.filter(({ name, available }) => available && name !== 'cpu');
  return [...new Set(working.map(({ name }) => name))];
}

function requireBackend(name: string) {
  try {
    return parseBackendName(name);
  } catch (error) {
    throw new CommandError('usage', (error as Error).message);
  }
}
