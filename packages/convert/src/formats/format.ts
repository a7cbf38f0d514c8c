import type { ByteSource } from '@alexnet/files';
import type { Note, NoteCode } from '../alexnet/note.js';
import type { OpenOptions } from '../alexnet/open-options.js';
import type { StoredModel } from '../alexnet/stored-model.js';
import type { Model } from '../model-file/model-file.js';
import type { StoredDtype } from '../model-file/stored-numbers.js';
import type { Probe } from './probe.js';

/** A file of weights, and what lies beside it. */
export interface ModelSource {
  /** Its name without folders: errors use it, and parts are named after it. */
  readonly name: string;
  readonly bytes: ByteSource;
  /** Opens a file of the same folder by its name. @throws where there is none */
  beside(name: string): Promise<ByteSource>;
}

/** How a model is written. */
export interface SaveOptions {
  /** Name of the main file, which the others lie beside; the format's usual one when left out. */
  readonly name?: string;
  /** `f16` is for safetensors and torch, `int8` for safetensors; default `f32`. */
  readonly dtype?: StoredDtype;
  /** Codes of inexact notes to accept. */
  readonly allow?: readonly NoteCode[];
}

/** A model as files of another tool. */
export interface SavedModel {
  /** Contents by name, in the order to write them: the main file, which names the others, is last. */
  readonly files: ReadonlyMap<string, Uint8Array>;
  /** Everything that was changed on the way, exact or not. */
  readonly notes: readonly Note[];
}

/** A kind of weights file. The record is small; the code that reads and writes loads when called. */
export interface Format<Name extends string = string> {
  readonly name: Name;
  /** What its users call it. */
  readonly title: string;
  /** Whether a file is of this kind, by its bytes alone. */
  detect(probe: Probe): boolean | Promise<boolean>;
  /** Finds the network in a file; numbers are read when asked for. @throws FormatError */
  read(source: ModelSource, options: OpenOptions): Promise<StoredModel>;
  /** Left out where this package does not write the format. @throws FormatError */
  write?(model: Model, name: string, options: SaveOptions): Promise<SavedModel>;
  /** Endings of a main file that is written, the usual name's first. */
  readonly endings?: readonly string[];
  /** The options that take a second file this format can bring. */
  readonly companions?: readonly ('mean' | 'meta' | 'prototxt')[];
}
