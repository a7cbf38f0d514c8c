import { createColorAccumulator, createMeanImageAccumulator } from '@alexnet/augment';
import { packDataset } from '@alexnet/data';
import { type Command, Option } from 'commander';
import { MAX_BROKEN_SHARE } from '../broken-images.js';
import { Interrupted, UsageError } from '../failure.js';
import { DATA_HELP, openData } from '../open-data.js';
import { share, whole } from '../options.js';
import { withProgress } from '../progress.js';
import { say } from '../say.js';

interface Options {
  readonly data: string;
  readonly out: string;
  readonly size: number;
  readonly square?: true;
  readonly format: 'jpeg' | 'raw';
  readonly quality?: number;
  readonly perShard: number;
  readonly maxBroken: number;
  readonly seed: number;
  readonly validationShare?: number;
}

export function addPackCommand(program: Command): void {
  program
    .command('pack')
    .description('images resized once into WebDataset shards, which train reads fastest')
    .requiredOption('--data <source>', DATA_HELP)
    .requiredOption('--out <dir>', 'the folder of shards')
    .option('--size <px>', 'shorter side', whole(1), 256)
    .option('--square', 'cut images to their central square')
    .addOption(
      new Option(
        '--format <name>',
        'JPEG files, or pixels as NumPy arrays: no decoding, 8 times the room',
      )
        .choices(['jpeg', 'raw'])
        .default('jpeg'),
    )
    .option('--per-shard <n>', 'images a shard', whole(1), 1000)
    .option('--quality <n>', 'JPEG quality (default: 90)', whole(1))
    .option(
      '--validation-share <share>',
      'share held out where the source has no validation images; 0 holds none out',
      share,
    )
    .option(
      '--max-broken <share>',
      'share of unreadable images that stops the run',
      share,
      MAX_BROKEN_SHARE,
    )
    .option('--seed <n>', 'decides the order of the training images', whole(0), 0)
    .action(run);
}

async function run(options: Options): Promise<void> {
  if (options.format === 'raw' && options.quality !== undefined) {
    throw new UsageError('--quality is of JPEG; leave it out with --format raw');
  }
  const dataset = await openData(options.data, options.seed, options.validationShare);
  const controller = new AbortController();
  const stop = () => controller.abort();
  process.once('SIGINT', stop);
  try {
    const measures = { createColorAccumulator, createMeanImageAccumulator };
    const { index, resumed } = await withProgress('packing', (report) =>
      packDataset(dataset, options.out, measures, {
        size: options.size,
        square: options.square ?? false,
        format: options.format,
        ...(options.quality === undefined ? {} : { quality: options.quality }),
        perShard: options.perShard,
        maxBrokenShare: options.maxBroken,
        seed: options.seed,
        signal: controller.signal,
        onProgress: report,
      }),
    );
    const { shards } = index;
    const images = shards.reduce((sum, { records }) => sum + records.length, 0);
    for (const { id, reason } of shards.flatMap(({ broken }) => broken)) {
      say(`skipped ${id}: ${reason}`);
    }
    say(
      `${options.out}: ${images} images in ${shards.length} shards${resumed > 0 ? `, ${resumed} of them from an earlier run` : ''}`,
    );
  } catch (error) {
    if (!controller.signal.aborted) throw error;
    throw new Interrupted('stopped; the same command again goes on with what is missing');
  } finally {
    process.off('SIGINT', stop);
    await dataset.close();
  }
}
