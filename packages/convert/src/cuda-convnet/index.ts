export {
  type ByteSource,
  blobSource,
  bytesSource,
  handleSource,
  type ReadableHandle,
  type SourceOptions,
} from '@alexnet/files';
export type { AssembleOptions, Converted } from '../alexnet/assemble-model.js';
export type { SpecFactory } from '../alexnet/detect-spec.js';
export type { Note, NoteCode } from '../alexnet/note.js';
export { FormatError, type FormatErrorCode } from '../format-error.js';
export { type ReadConvnetOptions, readConvnetModel } from './convnet-model.js';
