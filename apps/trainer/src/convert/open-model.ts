import type { Converted, NoteCode } from '@alexnet/convert/torch';
import { findSource } from './find-source.js';
import type { SourceFormat } from './formats.js';
import { requireAllowed } from './judge-notes.js';
import { openFiles } from './open-files.js';
import { openSource, type ReadSourceOptions, readSource } from './read-source.js';

export interface OpenedFile extends Converted {
  /** The file that was read first. */
  readonly path: string;
  readonly format: SourceFormat;
}

/**
 * Reads a network from a run folder, or from a file or folder of any format.
 *
 * @param allow codes of inexact notes to let pass
 * @throws Error in one line: missing, damaged, ambiguous, or inexact and not allowed
 */
export async function openModel(
  input: string,
  options: ReadSourceOptions & { readonly allow?: readonly NoteCode[] } = {},
): Promise<OpenedFile> {
  const path = await findSource(input);
  const files = openFiles();
  try {
    const source = await openSource(path, files, options.from);
    const read = await readSource(source, files, options);
    requireAllowed(read.notes, options.allow ?? []);
    return { path, format: source.format, ...read };
  } finally {
    await files.close();
  }
}
