import { writeAtomically } from '@alexnet/files/node';
import { filterImages } from '@alexnet/model';
import type { Command } from 'commander';
import sharp from 'sharp';
import { CommandError } from '../failure.js';
import {
  bestOption,
  type CheckpointOptions,
  checkpointAsked,
  checkpointOption,
  weightsOption,
} from '../options/shared.js';
import { say } from '../say.js';
import { openNetworkFile } from '../weights-file.js';

interface Options extends CheckpointOptions {
  readonly weights: string;
  readonly out: string;
  readonly scale: string;
}

export function addFiltersCommand(program: Command): void {
  program
    .command('filters')
    .description('the conv1 filters as an image')
    .addOption(weightsOption())
    .addOption(checkpointOption())
    .addOption(bestOption())
    .requiredOption('--out <png>', 'where the image goes')
    .option(
      '--scale <how>',
      'filter: each filter uses the whole range; global: all share one',
      'filter',
    )
    .action(run);
}

async function run(options: Options): Promise<void> {
  if (options.scale !== 'filter' && options.scale !== 'global') {
    throw new CommandError('usage', `--scale ${options.scale}: it is filter or global`);
  }
  const { model: file, path } = await openNetworkFile(options.weights, checkpointAsked(options));
  const weight = file.weights.get('conv1.weight');
  if (!weight) throw new Error(`${path} has no conv1.weight`);
  const towers = file.spec.layers.some((layer) => layer.op === 'conv' && layer.groups === 2)
    ? 2
    : 1;
  const sheet = filterImages(weight, { scale: options.scale, towers, zoom: 6, gap: 6 });
  const raw = { width: sheet.width, height: sheet.height, channels: 4 } as const;
  await writeAtomically(options.out, await sharp(sheet.data, { raw }).png().toBuffer());
  const [height, width, , count] = weight.shape;
  say(
    `${options.out}: ${count} filters of ${height}×${width}${towers === 2 ? ', one tower above the other' : ''}`,
  );
}
