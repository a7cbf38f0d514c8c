import { lstat, mkdir, realpath } from 'node:fs/promises';
import { basename, dirname, extname, join } from 'node:path';
import { completePublished, findWeights } from '@alexnet/classifier/node';
import {
  describeNetwork,
  dtypesOf,
  type FormatName,
  type FoundModel,
  findModel,
  loadModel,
  NOTE_CODES,
  type NoteCode,
  type OpenModelOptions,
  PRECISIONS,
  type StoredDtype,
  type StoredModel,
  saveModel,
  TARGET_NAMES,
  type TargetName,
  writeStoredModel,
} from '@alexnet/convert';
import { type OpenFiles, openFiles, type ReadReport } from '@alexnet/convert/node';
import { writeAtomically } from '@alexnet/files/node';
import { describePreprocessing, type Preprocessing } from '@alexnet/model';
import { CommandError } from '../failure.js';
import { fetching } from '../fetching.js';
import { requireAllowed, type StepNote } from './judge-notes.js';
import type { ReadOptions } from './open-model.js';

export interface ConvertOptions extends ReadOptions {
  readonly to: TargetName;
  /** Codes of inexact notes to let pass. */
  readonly allow: readonly NoteCode[];
  readonly classNames?: readonly string[];
  /** What the caller knows and the file does not say. */
  readonly preprocessing?: Preprocessing;
  /** Asking for `f16` or `int8` allows the rounding it takes. */
  readonly dtype: StoredDtype;
  /** Existing files are replaced. */
  readonly force?: boolean;
  readonly signal?: AbortSignal;
  readonly onProgress?: ReadReport;
}

export interface Conversion {
  readonly from: FormatName;
  readonly to: TargetName;
  /** The file that was read first, and the main one written. */
  readonly source: string;
  readonly target: string;
  readonly files: readonly { readonly path: string; readonly bytes: number }[];
  readonly notes: readonly StepNote[];
  /** What was found: the network in words, classes, and how images are prepared, null where unknown. */
  readonly network: string;
  readonly classes: number;
  readonly preprocessing: string | null;
}

/**
 * Converts IN to OUT. To safetensors parameters go one by one from file to file, so that memory
 * stays far below the size of the network.
 *
 * @throws Error, FormatError; nothing is written then
 */
export async function convertModel(
  input: string,
  output: string,
  options: ConvertOptions,
): Promise<Conversion> {
  const { to, dtype } = options;
  if (!dtypesOf(to).includes(dtype)) {
    const formats = TARGET_NAMES.filter((name) => dtypesOf(name).includes(dtype));
    throw new CommandError('usage', `--dtype ${dtype} is for ${formats.join(' and ')}, not ${to}`);
  }
  const { path, mean, published } = await fetching((fetch) => findWeights(input, fetch));
  const target = mainFile(output, to);
  await requireDifferent(path, target);
  await requireFree(target, options);
  const files = openFiles(options);
  try {
    const find = async (preprocessing?: Preprocessing) => {
      const found = await findModel(await files.source(path), {
        ...(published && { preset: published.preset }),
        ...(await readOptions({ ...(mean && { mean }), ...options }, files)),
        ...(preprocessing && { preprocessing }),
      });
      return published ? completePublished(found, published) : found;
    };
    const silent = await find();
    checkAdded(silent, options);
    // Read with it, so that its order of colors and conv1's are turned together.
    const known = options.preprocessing ? await find(options.preprocessing) : silent;
    const read = known.notes.map((note): StepNote => ({ step: 'read', ...note }));
    judge(read, options);
    const { classNames } = options;
    const model = classNames ? { ...known, classNames } : known;
    const { written, notes } = await (to === 'safetensors' ? stream : save)(model, target, options);
    const all = [...read, ...notes.map((note): StepNote => ({ step: 'write', ...note }))];
    const { spec, preprocessing } = model;
    return {
      from: known.format,
      to,
      source: path,
      target,
      files: written,
      notes: all,
      network: `${spec.preset}: ${describeNetwork(spec)}`,
      classes: spec.classes,
      preprocessing: preprocessing && describePreprocessing(preprocessing),
    };
  } finally {
    await files.close();
  }
}

/** What a reader needs to find the network; all inexact notes come back for the caller to judge. */
async function readOptions(
  { mean, meta, prototxt, ...said }: ReadOptions,
  files: OpenFiles,
): Promise<OpenModelOptions> {
  const { from, preset, modifiers, spec, channelOrder, dataFormat, epsilon } = said;
  return {
    allow: NOTE_CODES,
    ...(from ? { from } : {}),
    ...(preset ? { preset } : {}),
    ...(modifiers ? { modifiers } : {}),
    ...(spec ? { spec } : {}),
    ...(channelOrder ? { channelOrder } : {}),
    ...(dataFormat ? { dataFormat } : {}),
    ...(epsilon === undefined ? {} : { epsilon }),
    ...(mean ? { mean: typeof mean === 'string' ? await files.open(mean) : mean } : {}),
    ...(meta ? { meta: await files.open(meta) } : {}),
    ...(prototxt ? { prototxt: await files.open(prototxt) } : {}),
  };
}

interface Written {
  readonly written: Conversion['files'];
  readonly notes: StoredModel['notes'];
}

async function stream(
  model: StoredModel,
  target: string,
  { dtype }: ConvertOptions,
): Promise<Written> {
  let bytes = 0;
  await writeAtomically(target, async (file) => {
    const sink = async (piece: Uint8Array) => {
      await file.writeFile(piece);
      bytes += piece.length;
    };
    await writeStoredModel(model, sink, { dtype });
  });
  const precision = PRECISIONS[dtype];
  const detail = `weights were rounded to ${precision}`;
  const notes = precision ? [{ code: 'precision', exact: false, detail } as const] : [];
  return { written: [{ path: target, bytes }], notes };
}

async function save(model: StoredModel, target: string, options: ConvertOptions): Promise<Written> {
  const { files, notes } = await saveModel(await loadModel(model), options.to, {
    name: basename(target),
    dtype: options.dtype,
    allow: NOTE_CODES,
  });
  judge(
    notes.map((note) => ({ step: 'write', ...note })),
    options,
  );
  if (options.to === 'tfjs') await mkdir(dirname(target), { recursive: true });
  const written = [];
  for (const name of files.keys()) await requireFree(join(dirname(target), name), options);
  for (const [name, content] of files) {
    options.signal?.throwIfAborted();
    const path = join(dirname(target), name);
    await writeAtomically(path, content);
    written.push({ path, bytes: content.byteLength });
  }
  return { written, notes };
}

/** The main file of OUT: `model.json` in a folder for TF.js, OUT itself for all others. */
function mainFile(target: string, format: TargetName): string {
  return format === 'tfjs' && extname(target) !== '.json' ? join(target, 'model.json') : target;
}

/** Fewer digits were asked for by name, on the side of writing only. */
function judge(notes: readonly StepNote[], { allow, dtype }: ConvertOptions): void {
  const asked = ({ step, code }: StepNote) =>
    dtype !== 'f32' && step === 'write' && code === 'precision';
  requireAllowed(
    notes.filter((note) => !asked(note)),
    allow,
  );
}

/** @throws Error where what the caller adds contradicts the file */
function checkAdded(model: FoundModel, { classNames, preprocessing }: ConvertOptions): void {
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
}

/** Nothing is replaced but, with `--force`, a plain file. */
async function requireFree(target: string, { force }: ConvertOptions): Promise<void> {
  const found = await lstat(target).catch(() => null);
  if (!found) return;
  if (found.isSymbolicLink()) {
    throw new CommandError('usage', `${target} is a link: give the file it leads to`);
  }
  if (!found.isFile()) throw new CommandError('usage', `${target} is no plain file`);
  if (!force) throw new CommandError('usage', `${target} exists already (--force replaces it)`);
}

async function requireDifferent(source: string, target: string): Promise<void> {
  const real = await realpath(target).catch(() => null);
  if (real !== null && real === (await realpath(source))) {
    throw new CommandError('usage', `${target} is what is read: give the result another name`);
  }
}
