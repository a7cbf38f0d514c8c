import type { Model } from '../model-file/model-file.js';
import type { Note, NoteCode } from './note.js';

/** What may be lost on writing. */
export interface WriteOptions {
  /** Codes of inexact notes to accept. */
  readonly allow?: readonly NoteCode[];
}

/** A file for another tool. */
export interface Written {
  /** The whole file. */
  readonly bytes: Uint8Array;
  /** Everything that was changed on the way, exact or not. */
  readonly notes: readonly Note[];
}

/** What is lost in a format that holds tensors only. */
export function lostMetadata(file: Model, format: string): Note[] {
  const lost = (['preprocessing', 'classNames', 'provenance'] as const).filter(
    (part) => file[part] !== null,
  );
  if (lost.length === 0) return [];
  const detail = `${format} cannot hold ${lost.join(', ')}`;
  return [{ code: 'metadata', exact: false, detail }];
}
