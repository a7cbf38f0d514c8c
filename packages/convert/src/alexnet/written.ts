import type { ModelFile } from '../model-file/model-file.js';
import type { Note, NoteCode } from './note.js';

export interface WriteOptions {
  /** Codes of inexact notes to accept. */
  readonly allow?: readonly NoteCode[];
}

export interface Written {
  readonly bytes: Uint8Array;
  readonly notes: readonly Note[];
}

/** What is lost in a format that holds tensors only. */
export function lostMetadata(file: ModelFile, format: string): Note[] {
  const lost = (['preprocessing', 'classNames', 'provenance'] as const).filter(
    (part) => file[part] !== null,
  );
  if (lost.length === 0) return [];
  const detail = `${format} cannot hold ${lost.join(', ')}`;
  return [{ code: 'metadata', exact: false, detail }];
}
