import {
  type FormatName,
  NOTE_CODES,
  type NoteCode,
  type OpenedModel,
  type OpenModelOptions,
  openModel,
} from '@alexnet/convert';
import { type OpenFiles, openFiles } from '@alexnet/convert/node';
import type { NetworkSpec, PresetName } from '@alexnet/model';
import { findSource } from './find-source.js';
import { requireAllowed } from './judge-notes.js';

export interface ReadOptions {
  readonly from?: FormatName;
  readonly preset?: PresetName;
  /** The network, where it is known from elsewhere. */
  readonly spec?: NetworkSpec;
  /** Caffe's mean image, a `.binaryproto`. */
  readonly mean?: string;
  /** cuda-convnet's `batches.meta`. */
  readonly meta?: string;
}

export interface OpenedFile extends OpenedModel {
  /** The file that was read first. */
  readonly path: string;
}

/**
 * Reads a network from a run folder, or from a file or folder of any format.
 *
 * @param allow codes of inexact notes to let pass
 * @throws Error in one line: missing, damaged, ambiguous, or inexact and not allowed
 */
export async function openModelFile(
  input: string,
  options: ReadOptions & { readonly allow?: readonly NoteCode[] } = {},
): Promise<OpenedFile> {
  const path = await findSource(input);
  const files = openFiles();
  try {
    const opened = await openModel(await files.source(path), await readOptions(options, files));
    requireAllowed(opened.notes, options.allow ?? []);
    return { path, ...opened };
  } finally {
    await files.close();
  }
}

/** What a reader needs to find the network; all inexact notes come back for the caller to judge. */
export async function readOptions(
  { from, preset, spec, mean, meta }: ReadOptions,
  files: OpenFiles,
): Promise<OpenModelOptions> {
  return {
    allow: NOTE_CODES,
    ...(from ? { from } : {}),
    ...(preset ? { preset } : {}),
    ...(spec ? { spec } : {}),
    ...(mean ? { mean: await files.open(mean) } : {}),
    ...(meta ? { meta: await files.open(meta) } : {}),
  };
}
