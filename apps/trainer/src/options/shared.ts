import { PRESET_NAMES } from '@alexnet/model';
import { Option } from 'commander';
import { MAX_BROKEN_SHARE } from '../broken-images.js';
import { DATA_HELP } from '../open-data.js';
import type { Checkpoint } from '../run/run-weights.js';
import { checkpoint, collect, share, whole } from './parse.js';

/** Options that mean the same in every command that has them. */

export const backendOption = () =>
  new Option('--backend <name>', 'tensorflow, webgpu, wasm or cpu; default: the best that works');

/** Both spellings are the field's. */
export const batchOption = () =>
  new Option('--batch, --batch-size <n>', 'images at once').argParser(whole(1));

export const precisionOption = () =>
  new Option(
    '--precision <which>',
    'of convolutions and dense layers: fp32, bf16, fp16 (on GPUs), or auto, which takes what the processor or GPU is made for (default: fp32)',
  ).choices(['fp32', 'bf16', 'fp16', 'auto']);

/** `--checkpoint` and `--best` as they were typed. */
export interface CheckpointOptions {
  readonly checkpoint?: Checkpoint;
  readonly best?: true;
}

export const checkpointOption = () =>
  new Option('--checkpoint <which>', 'of a run: best, last, or step-N')
    .argParser(checkpoint)
    .conflicts('best');

export const bestOption = () => new Option('--best', 'of a run: the same as --checkpoint best');

export const checkpointAsked = ({ checkpoint, best }: CheckpointOptions): Checkpoint | undefined =>
  best ? 'best' : checkpoint;

export const csvOption = () => new Option('--csv <file>', 'add the rows to a CSV file');

export const dataOption = () => new Option('--data <source>', DATA_HELP);

export const jsonOption = () => new Option('--json', 'one JSON document on stdout');

export const maxBrokenOption = () =>
  new Option(
    '--max-broken <share>',
    `share of unreadable images that stops the command (default: ${MAX_BROKEN_SHARE})`,
  ).argParser(share);

export const presetOption = () => new Option('--preset <name>', PRESET_NAMES.join(', '));

export const setOption = () =>
  new Option('--set <key=value>', 'change a setting of the recipe; may be repeated')
    .argParser(collect)
    .default([], 'none');

export const weightsOption = () =>
  new Option(
    '--weights <name|file|url|run>',
    'a run folder, weights of any format convert reads, their https address, showcase, or a name alexnet weights lists',
  ).makeOptionMandatory();
