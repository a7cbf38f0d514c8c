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
  // That a network was once read from another format is nothing anyone would miss.
  const provenance = Object.keys(file.provenance ?? {}).some((key) => key !== 'format');
  const lost = [
    ...(['preprocessing', 'classNames'] as const).filter((part) => file[part] !== null),
    ...(provenance ? ['provenance'] : []),
  ];
  if (lost.length === 0) return [];
  const detail = `${format} cannot hold ${lost.join(', ')}`;
  return [{ code: 'metadata', exact: false, detail }];
}
