import { basename } from 'node:path';
import {
  type Answer,
  dtypesOf,
  FormatError,
  NOTE_CODES,
  TARGET_NAMES,
  UnsaidError,
} from '@alexnet/convert';
import { type NetworkSpec, validateSpec } from '@alexnet/model';
import type { Command } from 'commander';
import { type Conversion, type ConvertOptions, convertModel } from '../convert/convert-model.js';
import { formatOfEnding, SOURCE_FORMATS } from '../convert/formats.js';
import { formatNotes } from '../convert/judge-notes.js';
import { parseMean } from '../convert/parse-mean.js';
import { parseModifiers } from '../convert/parse-modifiers.js';
import { parsePreprocessing } from '../convert/parse-preprocessing.js';
import { readLabels } from '../convert/read-labels.js';
import {
  type Difference,
  faultOf,
  type Verification,
  verifyConversion,
} from '../convert/verify.js';
import { CommandError } from '../failure.js';
import { interruptible } from '../interruptible.js';
import { openBackend } from '../open-backend.js';
import { oneOf } from '../options/one-of.js';
import {
  backendOption,
  bestOption,
  type CheckpointOptions,
  checkpointAsked,
  checkpointOption,
  jsonOption,
} from '../options/shared.js';
import { requirePreset } from '../preset-argument.js';
import { type Report, withProgress } from '../progress.js';
import { readText } from '../read-text.js';
import { withWeightsFile } from '../run/run-weights.js';
import { print, printJson } from '../say.js';

interface Options extends CheckpointOptions {
  readonly from?: string;
  readonly to?: string;
  readonly preset?: string;
  readonly set?: readonly string[];
  readonly spec?: string;
  readonly channels?: string;
  readonly force?: true;
  readonly allow?: readonly string[];
  readonly mean?: string;
  readonly meta?: string;
  readonly prototxt?: string;
  readonly dataFormat?: string;
  readonly epsilon?: string;
  readonly labels?: string;
  readonly preprocessing?: readonly string[];
  readonly dtype: string;
  readonly verify?: true;
  readonly backend?: string;
  readonly json?: true;
}

const DATA_FORMATS = ['channels_last', 'channels_first'] as const;

const INTERRUPTION = {
  saying: 'stopping',
  ended: 'interrupted: nothing was written',
};

export function addConvertCommand(program: Command): void {
  program
    .command('convert')
    .description('the same network in another format; the ending of OUT says which')
    .argument('<in>', 'a run folder, or a file or folder of any format it reads')
    .argument(
      '<out>',
      '.safetensors, .pth, .caffemodel, .onnx, .npz, .weights.h5, or a folder/ for TF.js',
    )
    .option(
      '--from <format>',
      `what IN is, where it is not recognized: ${SOURCE_FORMATS.join(', ')}`,
    )
    .option('--to <format>', `what OUT is, whatever its ending: ${TARGET_NAMES.join(', ')}`)
    .option('--preset <name>', 'which network it is, where the file cannot tell')
    .option(
      '--set <key=value...>',
      'what it differs in from the preset: norm=none pool=avg input=224 conv1.padding=2',
    )
    .option('--spec <file>', 'the whole network as JSON, where it is no preset')
    .option('--channels <order>', 'rgb or bgr: the order conv1 takes, where the file is silent')
    .option(
      '--data-format <order>',
      'channels_last or channels_first: how the maps reach the first dense layer, where a file of Keras, TensorFlow or NumPy holds numbers only',
    )
    .option('--epsilon <number>', 'what batch norms add to the variance, where the file is silent')
    .option('--allow <code...>', 'let an inexact step pass, by the code the refusal names')
    .option(
      '--mean <file|b,g,r>',
      'what comes off the images of a .caffemodel: .binaryproto, .npy, or three numbers as Caffe has them, 104,117,123',
    )
    .option('--prototxt <file>', 'the net of a .caffemodel.h5, or another one for a .caffemodel')
    .option('--meta <file>', 'batches.meta of a cuda-convnet checkpoint')
    .option(
      '--labels <file|imagenet>',
      'names of the classes: one a line, JSON, or those of ImageNet',
    )
    .option(
      '--preprocessing <name|key=value...>',
      'how images are prepared, where the file is silent: torchvision, or size= crop= order= range= mean= std=',
    )
    .option(
      '--dtype <type>',
      'f32; f16 for half the size, in safetensors and torch; int8 for a quarter, in safetensors',
      'f32',
    )
    .option('--force', 'replace OUT where it exists')
    .option(
      '--verify',
      'run source and result on a probe image, the source by its own tool where that is here',
    )
    .addOption(checkpointOption())
    .addOption(bestOption())
    .addOption(backendOption())
    .addOption(jsonOption())
    .action(run);
}

async function run(input: string, output: string, options: Options): Promise<void> {
  const conversion = await parseOptions(output, options);
  await withWeightsFile(input, checkpointAsked(options), (path) =>
    convert(path, output, options, conversion),
  );
}

async function convert(
  input: string,
  output: string,
  options: Options,
  conversion: ConvertOptions,
): Promise<void> {
  const done = await interruptible(INTERRUPTION, (signal) =>
    withProgress('converting', (report) =>
      convertModel(input, output, {
        ...conversion,
        signal,
        onProgress: (bytes, size) => inMegabytes(report, bytes, size),
      }),
    ),
  ).catch((error: unknown) => {
    throw error instanceof FormatError ? new Error(explained(error, input)) : error;
  });
  if (!options.json) printConversion(done);
  let verification: Verification | null = null;
  let fault: string | null = null;
  if (options.verify) {
    const { tf } = await openBackend(options.backend);
    verification = await verifyConversion(tf, done, conversion);
    fault = faultOf(verification, done);
    if (!options.json) printVerification(verification);
  }
  if (options.json) printJson({ ...done, ...(verification ? { verification } : {}) });
  if (fault !== null) throw new Error(`--verify: ${fault}`);
}

async function parseOptions(output: string, options: Options): Promise<ConvertOptions> {
  const { from, to, preset, set, spec, channels, mean, meta, labels, preprocessing } = options;
  const { prototxt, epsilon, dataFormat } = options;
  if (spec && (preset || set)) {
    throw new CommandError('usage', '--spec is the whole network: leave out --preset and --set');
  }
  const codes = (options.allow ?? []).flatMap((text) => text.split(','));
  return {
    to: to ? oneOf('format', to, TARGET_NAMES) : formatOfEnding(output),
    allow: codes.map((code) => oneOf('code', code, NOTE_CODES)),
    dtype: oneOf('dtype', options.dtype, dtypesOf('safetensors')),
    ...(from ? { from: oneOf('format', from, SOURCE_FORMATS) } : {}),
    ...(preset ? { preset: requirePreset(preset) } : {}),
    ...(set ? { modifiers: parseModifiers(set) } : {}),
    ...(spec ? { spec: await readSpec(spec) } : {}),
    ...(channels ? { channelOrder: oneOf('order', channels, ['rgb', 'bgr']) } : {}),
    ...(dataFormat ? { dataFormat: oneOf('data format', dataFormat, DATA_FORMATS) } : {}),
    ...(options.force ? { force: true } : {}),
    ...(mean ? { mean: parseMean(mean) } : {}),
    ...(meta ? { meta } : {}),
    ...(prototxt ? { prototxt } : {}),
    ...(epsilon ? { epsilon: parseEpsilon(epsilon) } : {}),
    ...(labels ? { classNames: await classNames(labels) } : {}),
    ...(preprocessing ? { preprocessing: parsePreprocessing(preprocessing) } : {}),
  };
}

/** `--epsilon`: a number above 0, 1 at most. */
function parseEpsilon(text: string): number {
  const epsilon = Number(text);
  if (epsilon > 0 && epsilon <= 1) return epsilon;
  throw new CommandError('usage', `--epsilon ${text}: expected a number such as 0.001`);
}

/** `--labels`: a file, or the 1,000 classes in the order of sorted WordNet ids. */
async function classNames(labels: string): Promise<readonly string[]> {
  if (labels !== 'imagenet') return readLabels(labels);
  const { IMAGENET_CLASSES } = await import('@alexnet/model/imagenet');
  return IMAGENET_CLASSES.map(({ name }) => name);
}

/** `--spec`: JSON as `NetworkSpec` is, checked. */
async function readSpec(path: string): Promise<NetworkSpec> {
  const text = await readText(path);
  try {
    return validateSpec(JSON.parse(text));
  } catch (error) {
    throw new Error(`--spec ${path}: ${(error as Error).message}`, { cause: error });
  }
}

/** With the file's name in front, where the message does not begin with it. */
function explained(error: FormatError, input: string): string {
  const { message } = error;
  const named = message.startsWith(basename(input)) ? message : `${input}: ${message}`;
  if (!(error instanceof UnsaidError)) return named;
  return `${named} (${error.asks.map((answer) => ANSWERS[answer]).join(', ')})`;
}

/** What says it on the command line. */
const ANSWERS: Readonly<Record<Answer, string>> = {
  preset: '--preset NAME',
  modifiers: '--set norm=none pool=avg input=224 …',
  input: '--set input=224',
  spec: '--spec FILE',
  channelOrder: '--channels rgb|bgr',
  dataFormat: '--data-format channels_last|channels_first',
  epsilon: '--epsilon NUMBER',
  prototxt: '--prototxt FILE',
};

const MEGABYTE = 1e6;

function inMegabytes(report: Report, bytes: number, size: number): void {
  report(Math.floor(bytes / MEGABYTE), Math.ceil(size / MEGABYTE), 'MB');
}

function printConversion(done: Conversion): void {
  const { from, to, source, files, notes, network, classes, preprocessing } = done;
  print(`${source} (${from}) → ${to}`);
  print(`${network}; ${classes} classes`);
  print(
    `images: ${preprocessing ?? 'the file does not say how they are prepared (--preprocessing)'}`,
  );
  for (const { path, bytes } of files) print(`wrote ${path} (${megabytes(bytes)})`);
  for (const line of notes.length > 0 ? formatNotes(notes) : ['nothing was changed']) {
    print(`  ${line}`);
  }
}

function megabytes(bytes: number): string {
  return bytes < MEGABYTE
    ? `${(bytes / 1e3).toFixed(1)} kB`
    : `${(bytes / MEGABYTE).toFixed(1)} MB`;
}

function printVerification({ checks, readAgain, notRun }: Verification): void {
  for (const { tool, ...difference } of checks) print(`${tool}: ${inNumbers(difference)}`);
  if (readAgain) {
    print(
      `the result read again: ${inNumbers(readAgain)}; this shows how it was written, not how IN was read`,
    );
  }
  for (const reason of notRun) print(`not run: ${reason}`);
}

function inNumbers({ largestLogit, largestDifference }: Difference): string {
  if (largestDifference === 0) return 'the same logits, bit for bit';
  const share = (largestDifference / largestLogit).toExponential(1);
  return `largest logit ${largestLogit.toPrecision(4)}, largest difference ${largestDifference.toPrecision(3)} (${share} of it)`;
}
