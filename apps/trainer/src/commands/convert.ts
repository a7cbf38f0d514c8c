import { readFile } from 'node:fs/promises';
import { FormatError, NOTE_CODES, TARGET_NAMES } from '@alexnet/convert';
import type { Command } from 'commander';
import { type Conversion, type ConvertOptions, convertModel } from '../convert/convert-model.js';
import { formatOfEnding, SOURCE_FORMATS } from '../convert/formats.js';
import { formatNotes } from '../convert/judge-notes.js';
import { KNOWN_PREPARATIONS, KNOWN_PREPROCESSING } from '../convert/known-preprocessing.js';
import { type Verification, verifyConversion } from '../convert/verify.js';
import { interruptible } from '../interruptible.js';
import { openBackend } from '../open-backend.js';
import { oneOf } from '../options/one-of.js';
import { backendOption, jsonOption } from '../options/shared.js';
import { requirePreset } from '../preset-argument.js';
import { type Report, withProgress } from '../progress.js';
import { print, printJson } from '../say.js';

interface Options {
  readonly from?: string;
  readonly to?: string;
  readonly preset?: string;
  readonly allow?: readonly string[];
  readonly mean?: string;
  readonly meta?: string;
  readonly labels?: string;
  readonly preprocessing?: string;
  readonly dtype: string;
  readonly verify?: true;
  readonly backend?: string;
  readonly json?: true;
}

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
    .option('--allow <code...>', 'let an inexact step pass, by the code the refusal names')
    .option('--mean <file>', 'mean image of a .caffemodel, .binaryproto')
    .option('--meta <file>', 'batches.meta of a cuda-convnet checkpoint')
    .option('--labels <file|imagenet>', 'names of the classes, one a line, or those of ImageNet')
    .option(
      '--preprocessing <name>',
      'how images are prepared, where the file is silent: torchvision',
    )
    .option('--dtype <type>', 'f32, or f16 for half the size in safetensors and torch', 'f32')
    .option('--verify', 'run both networks on a probe image and show the largest difference')
    .addOption(backendOption())
    .addOption(jsonOption())
    .action(run);
}

async function run(input: string, output: string, options: Options): Promise<void> {
  const conversion = await parseOptions(output, options);
  const done = await interruptible(INTERRUPTION, (signal) =>
    withProgress('converting', (report) =>
      convertModel(input, output, {
        ...conversion,
        signal,
        onProgress: (bytes, size) => inMegabytes(report, bytes, size),
      }),
    ),
  ).catch((error: unknown) => {
    throw error instanceof FormatError ? new Error(`${input}: ${explained(error)}`) : error;
  });
  if (!options.json) printConversion(done);
  let verification: Verification | null = null;
  if (options.verify) {
    const { tf } = await openBackend(options.backend);
    verification = await verifyConversion(tf, done, conversion);
    if (!options.json) printVerification(verification);
  }
  if (options.json) printJson({ ...done, ...(verification ? { verification } : {}) });
}

async function parseOptions(output: string, options: Options): Promise<ConvertOptions> {
  const { from, to, preset, mean, meta, labels, preprocessing } = options;
  const codes = (options.allow ?? []).flatMap((text) => text.split(','));
  return {
    to: to ? oneOf('format', to, TARGET_NAMES) : formatOfEnding(output),
    allow: codes.map((code) => oneOf('code', code, NOTE_CODES)),
    dtype: oneOf('dtype', options.dtype, ['f32', 'f16']),
    ...(from ? { from: oneOf('format', from, SOURCE_FORMATS) } : {}),
    ...(preset ? { preset: requirePreset(preset) } : {}),
    ...(mean ? { mean } : {}),
    ...(meta ? { meta } : {}),
    ...(labels ? { classNames: await classNames(labels) } : {}),
    ...(preprocessing
      ? {
          preprocessing:
            KNOWN_PREPROCESSING[oneOf('preprocessing', preprocessing, KNOWN_PREPARATIONS)],
        }
      : {}),
  };
}

/** `--labels`: a file, or the 1,000 classes in the order of sorted WordNet ids. */
async function classNames(labels: string): Promise<readonly string[]> {
  if (labels !== 'imagenet') return lines(await readFile(labels, 'utf8'));
  const { IMAGENET_CLASSES } = await import('@alexnet/model/imagenet');
  return IMAGENET_CLASSES.map(({ name }) => name);
}

function lines(text: string): string[] {
  return text.replace(/\r?\n$/, '').split(/\r?\n/);
}

function explained({ code, message }: FormatError): string {
  return code === 'ambiguous' ? `${message} (--preset NAME)` : message;
}

const MEGABYTE = 1e6;

function inMegabytes(report: Report, bytes: number, size: number): void {
  report(Math.floor(bytes / MEGABYTE), Math.ceil(size / MEGABYTE), 'MB');
}

function printConversion({ from, to, source, files, notes }: Conversion): void {
  print(`${source} (${from}) → ${to}`);
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

function printVerification({ checks, notRun }: Verification): void {
  for (const { backend, largestDifference, largestLogit } of checks) {
    const share =
      largestLogit > 0 ? ` (${(largestDifference / largestLogit).toExponential(1)} of it)` : '';
    print(
      `${backend}: largest logit ${largestLogit.toPrecision(4)}, largest difference ${largestDifference.toPrecision(3)}${share}`,
    );
  }
  for (const reason of notRun) print(`not run: ${reason}`);
}
