import { mkdir, realpath } from 'node:fs/promises';
import { dirname } from 'node:path';
import { type Model, writeOpenedModel } from '@alexnet/convert';
import { type NoteCode, openTorchModel } from '@alexnet/convert/torch';
import { writeAtomically } from '@alexnet/files/node';
import type { Preprocessing } from '@alexnet/model';
import { CommandError } from '../failure.js';
import { encodeTarget, mainFile, precisionNotes } from './encode-target.js';
import { findSource } from './find-source.js';
import type { SourceFormat, TargetFormat } from './formats.js';
import { requireAllowed, type StepNote } from './judge-notes.js';
import { openFiles, type ReadReport } from './open-files.js';
import {
  assembleOptions,
  openSource,
  type ReadSourceOptions,
  readSource,
  type Source,
} from './read-source.js';

export interface ConvertOptions extends ReadSourceOptions {
  readonly to: TargetFormat;
  /** Codes of inexact notes to let pass. */
  readonly allow: readonly NoteCode[];
  readonly classNames?: readonly string[];
  /** What the caller knows and the file does not say. */
  readonly preprocessing?: Preprocessing;
  /** Asking for `f16` allows the rounding it takes. */
  readonly dtype: 'f32' | 'f16';
  readonly signal?: AbortSignal;
  readonly onProgress?: ReadReport;
}

export interface Conversion {
  readonly from: SourceFormat;
  readonly to: TargetFormat;
  /** The file that was read first, and the main one written. */
  readonly source: string;
  readonly target: string;
  readonly files: readonly { readonly path: string; readonly bytes: number }[];
  readonly notes: readonly StepNote[];
}

/**
 * Converts IN to OUT. From torch to safetensors parameters go one by one from file to file, so that
 * memory stays far below the size of the network.
 *
 * @throws Error, FormatError; nothing is written then
 */
export async function convertModel(
  input: string,
  output: string,
  options: ConvertOptions,
): Promise<Conversion> {
  const path = await findSource(input);
  const target = mainFile(output, options.to);
  await requireDifferent(path, target);
  const files = openFiles(options);
  try {
    const source = await openSource(path, files, options.from);
    requireUsable(options, source.format);
    const through = source.format === 'torch' && options.to === 'safetensors';
    const done = through
      ? await stream(source, target, options)
      : await convertWhole(source, files, target, options);
    return { from: source.format, to: options.to, source: path, target, ...done };
  } finally {
    await files.close();
  }
}

type Done = Pick<Conversion, 'files' | 'notes'>;

async function stream(source: Source, target: string, options: ConvertOptions): Promise<Done> {
  const opened = await openTorchModel(source.bytes, assembleOptions(options));
  const notes = [
    ...opened.notes.map((note): StepNote => ({ step: 'read', ...note })),
    ...precisionNotes(options.dtype).map((note): StepNote => ({ step: 'write', ...note })),
  ];
  judge(notes, options);
  const model = completed(opened, options);
  let bytes = 0;
  await writeAtomically(target, async (file) => {
    const sink = async (piece: Uint8Array) => {
      await file.writeFile(piece);
      bytes += piece.length;
    };
    await writeOpenedModel(model, sink, { dtype: options.dtype });
  });
  return { files: [{ path: target, bytes }], notes };
}

async function convertWhole(
  source: Source,
  files: ReturnType<typeof openFiles>,
  target: string,
  options: ConvertOptions,
): Promise<Done> {
  const { file, notes: reading } = await readSource(source, files, options);
  const read = reading.map((note): StepNote => ({ step: 'read', ...note }));
  judge(read, options);
  const model: Model = completed(file, options);
  const encoded = await encodeTarget(model, options.to, target, options.dtype);
  const notes = [...read, ...encoded.notes.map((note): StepNote => ({ step: 'write', ...note }))];
  judge(notes, options);
  if (options.to === 'tfjs') await mkdir(dirname(target), { recursive: true });
  const written = [];
  for (const [path, content] of encoded.files) {
    options.signal?.throwIfAborted();
    await writeAtomically(path, content);
    written.push({ path, bytes: Buffer.byteLength(content) });
  }
  return { files: written, notes };
}

/** Half precision was asked for by name, on the side of writing only. */
function judge(notes: readonly StepNote[], { allow, dtype }: ConvertOptions): void {
  const asked = ({ step, code }: StepNote) =>
    dtype === 'f16' && step === 'write' && code === 'precision';
  requireAllowed(
    notes.filter((note) => !asked(note)),
    allow,
  );
}

/** The model with what the caller adds to it. @throws Error where that contradicts the file */
function completed<T extends Pick<Model, 'spec' | 'classNames' | 'preprocessing'>>(
  model: T,
  { classNames, preprocessing }: ConvertOptions,
): T {
  const { classes, input } = model.spec;
  if (classNames && classNames.length !== classes) {
    throw new Error(`--labels has ${classNames.length} names, the network ${classes} classes`);
  }
  if (preprocessing && model.preprocessing) {
    throw new Error('--preprocessing: the file itself says how its images are prepared');
  }
  if (preprocessing && preprocessing.crop.height !== input.height) {
    throw new Error(
      `--preprocessing cuts images of ${preprocessing.crop.height} px, the network takes ${input.height} px`,
    );
  }
  return {
    ...model,
    ...(classNames ? { classNames } : {}),
    ...(preprocessing ? { preprocessing } : {}),
  };
}

function requireUsable({ mean, meta, dtype, to }: ConvertOptions, from: SourceFormat): void {
  if (mean && from !== 'caffe')
    throw new CommandError('usage', `--mean goes with a .caffemodel, not ${from}`);
  if (meta && from !== 'cuda-convnet') {
    throw new CommandError('usage', `--meta goes with a cuda-convnet checkpoint, not ${from}`);
  }
  if (dtype === 'f16' && to !== 'safetensors' && to !== 'torch') {
    throw new CommandError('usage', `--dtype f16 is for safetensors and torch, not ${to}`);
  }
}

async function requireDifferent(source: string, target: string): Promise<void> {
  const real = await realpath(target).catch(() => null);
  if (real !== null && real === (await realpath(source))) {
    throw new CommandError('usage', `${target} is what is read: give the result another name`);
  }
}
