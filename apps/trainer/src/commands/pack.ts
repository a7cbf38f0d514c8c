import { createColorAccumulator, createMeanImageAccumulator } from '@alexnet/augment';
import { packDataset } from '@alexnet/data';
import { type Command, Option } from 'commander';
import { MAX_BROKEN_SHARE } from '../broken-images.js';
import { CommandError } from '../failure.js';
import { interruptible } from '../interruptible.js';
import { openData } from '../open-data.js';
import { share, whole } from '../options/parse.js';
import { dataOption, maxBrokenOption } from '../options/shared.js';
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
  readonly maxBroken?: number;
  readonly seed: number;
  readonly splitSeed: number;
  readonly validationShare?: number;
}

const INTERRUPTION = {
  saying: 'stopping',
  ended: 'stopped; the same command again goes on with what is missing',
};

export function addPackCommand(program: Command): void {
  program
    .command('pack')
    .description('images resized once into WebDataset shards, which train reads fastest')
    .addOption(dataOption().makeOptionMandatory())
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
    .addOption(maxBrokenOption())
    .option('--seed <n>', 'decides the order of the training images', whole(0), 0)
    .option('--split-seed <n>', 'decides which images are held out', whole(0), 0)
    .action(run);
}

async function run(options: Options): Promise<void> {
  if (options.format === 'raw' && options.quality !== undefined) {
    throw new CommandError('usage', '--quality is of JPEG; leave it out with --format raw');
  }
  if (options.quality !== undefined && options.quality > 100) {
    throw new CommandError('usage', `--quality is from 1 to 100, not ${options.quality}`);
  }
  const dataset = await openData(options.data, {
    splitSeed: options.splitSeed,
    ...(options.validationShare === undefined ? {} : { validationShare: options.validationShare }),
  });
  try {
    const measures = { createColorAccumulator, createMeanImageAccumulator };
    const { index, resumed } = await interruptible(INTERRUPTION, (signal) =>
      withProgress('packing', (report) =>
        packDataset(dataset, options.out, measures, {
          size: options.size,
          square: options.square ?? false,
          format: options.format,
          ...(options.quality === undefined ? {} : { quality: options.quality }),
          perShard: options.perShard,
          maxBrokenShare: options.maxBroken ?? MAX_BROKEN_SHARE,
          seed: options.seed,
          signal,
          onProgress: report,
        }),
      ),
    );
    const { shards } = index;
    const images = shards.reduce((sum, { records }) => sum + records.length, 0);
    for (const { id, reason } of shards.flatMap(({ broken }) => broken)) {
      say(`skipped ${id}: ${reason}`);
    }
    say(
      `${options.out}: ${images} images in ${shards.length} shards${resumed > 0 ? `, ${resumed} of them from an earlier run` : ''}`,
    );
  } finally {
    await dataset.close();
  }
}
