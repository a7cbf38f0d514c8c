import { basename } from 'node:path';
import type { Command } from 'commander';
import { appendRows } from '../bench/append-rows.js';
import { compareLoaders, type LoaderSample } from '../bench/loader-peers.js';
import { quantile } from '../bench/statistics.js';
import { type LoaderWork, timeLoader } from '../bench/time-loader.js';
import { names, whole } from '../options/parse.js';
import { batchOption, csvOption, dataOption, jsonOption } from '../options/shared.js';
import { print, printJson, say } from '../say.js';
import { typedCommand } from '../typed-command.js';

interface Options extends Omit<LoaderWork, 'batch'> {
  readonly batchSize: number;
  readonly rounds: number;
  readonly compare?: true;
  readonly only?: readonly string[];
  readonly python: string;
  readonly csv?: string;
  readonly json?: true;
}

const HEADER =
  'date,machine,node,command,data,workers,batch,round,name,runtime,images,img_per_s,img_per_cpu_s,mb_first,mb_last';

export function addBenchLoaderCommand(bench: Command): void {
  bench
    .command('loader')
    .description('augmented 227-px training images/s, from a pack or any other source')
    .addOption(dataOption().makeOptionMandatory())
    .option('--workers <n>', 'worker threads', whole(1), 1)
    .addOption(batchOption().default(64))
    .option('--images <n>', 'at least so many, in whole epochs after the first', whole(1), 4000)
    .option('--compare', 'against torchvision, webdataset and FFCV, in turns')
    .option('--only <names>', 'with --compare: these peers', names)
    .option('--rounds <n>', 'samples of each', whole(1), 3)
    .option('--python <path>', 'with --compare: has torch and torchvision', 'python3')
    .addOption(csvOption())
    .addOption(jsonOption())
    .action(run);
}

async function run(options: Options): Promise<void> {
  const { data, workers, batchSize: batch, rounds, only: peers, python, csv } = options;
  const work: LoaderWork = { data, workers, batch, images: options.images };
  const samples = options.compare
    ? await compareLoaders(work, { peers, rounds, python })
    : await timeAlone(work, rounds);
  const command = typedCommand();
  if (csv !== undefined) await appendCsv(csv, command, work, samples);
  if (options.json) {
    const rated = samples.map((sample) => ({ ...sample, ...ratesOf(sample) }));
    printJson({ command, data, workers, batch, samples: rated });
    return;
  }
  say(
    `${data}, ${workers} worker${workers > 1 ? 's' : ''}: median of ${rounds} (lowest … highest)`,
  );
  for (const name of new Set(samples.map((sample) => sample.name))) {
    const own = samples.filter((sample) => sample.name === name);
    const perSecond = spread(own.map((sample) => ratesOf(sample).imagesPerSecond));
    const perCpuSecond = spread(own.map((sample) => ratesOf(sample).imagesPerCpuSecond));
    print(`${name.padEnd(12)} ${perSecond} images/s ${perCpuSecond} img/CPU-s  ${own[0]?.runtime}`);
  }
}

async function timeAlone(work: LoaderWork, rounds: number): Promise<LoaderSample[]> {
  const samples: LoaderSample[] = [];
  for (let round = 1; round <= rounds; round++) {
    samples.push({ name: 'alexnet', round, ...(await timeLoader(work)) });
  }
  return samples;
}

function ratesOf({ images, seconds, cpuSeconds }: LoaderSample) {
  return {
    imagesPerSecond: images / seconds,
    imagesPerCpuSecond: images / cpuSeconds,
  };
}

function spread(values: readonly number[]): string {
  const sorted = [...values].sort((a, b) => a - b);
  const [low, middle, high] = [0, 0.5, 1].map((at) => quantile(sorted, at).toFixed(0));
  return `${middle?.padStart(6)} (${low} … ${high})`;
}

async function appendCsv(
  path: string,
  command: string,
  { data, workers, batch }: LoaderWork,
  samples: readonly LoaderSample[],
): Promise<void> {
  const about = [basename(data), workers, batch];
  const rows = samples.map((sample) => {
    const { name, round, runtime, images, megabytesFirst, megabytesLast } = sample;
    const rates = Object.values(ratesOf(sample)).map((rate) => rate.toFixed(0));
    const row = [...about, round, name, runtime, images, ...rates];
    return [...row, megabytesFirst, megabytesLast];
  });
  await appendRows(path, HEADER, command, rows);
}
