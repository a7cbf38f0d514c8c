import {
  costSplit,
  formatLayerTable,
  layerTable,
  PRESET_NAMES,
  type SpecModifiers,
} from '@alexnet/model';
import type { Command } from 'commander';
import { CommandError } from '../failure.js';
import { whole } from '../options/parse.js';
import { jsonOption } from '../options/shared.js';
import { requirePreset, specOrUsageError } from '../preset-argument.js';
import { print, printJson } from '../say.js';

interface Options {
  readonly input?: number;
  readonly classes?: number;
  readonly groups?: number;
  readonly json?: true;
  readonly markdown?: true;
}

export function addSummaryCommand(program: Command): void {
  program
    .command('summary')
    .description('the layers of a preset, and where its parameters and arithmetic live')
    .argument('[preset]', `one of ${PRESET_NAMES.join(', ')}`, 'alexnet')
    .option('--input <px>', 'side of the input image', whole(1))
    .option('--classes <n>', 'number of classes', whole(1))
    .option('--groups <n>', '1: one tower, 2: the two-GPU split', whole(1))
    .option('--markdown', 'the table as Markdown')
    .addOption(jsonOption())
    .action(run);
}

function run(name: string, options: Options): void {
  if (options.groups !== undefined && options.groups !== 1 && options.groups !== 2) {
    throw new CommandError('usage', `--groups ${options.groups}: it is 1 or 2`);
  }
  const modifiers: SpecModifiers = {
    ...(options.input === undefined ? {} : { input: options.input }),
    ...(options.classes === undefined ? {} : { classes: options.classes }),
    ...(options.groups === undefined ? {} : { groups: options.groups }),
  };
  const spec = specOrUsageError(requirePreset(name), modifiers);
  if (options.json) {
    printJson({ spec, layers: layerTable(spec), split: costSplit(spec) });
    return;
  }
  print(formatLayerTable(spec, options.markdown ? 'markdown' : 'text'));
}
