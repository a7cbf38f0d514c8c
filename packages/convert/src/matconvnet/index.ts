export type { AssembleOptions, Converted } from '../alexnet/assemble-model.js';
export type { SpecFactory } from '../alexnet/detect-spec.js';
export type { Note, NoteCode } from '../alexnet/note.js';
export {
  type ByteSource,
  blobSource,
  bytesSource,
  handleSource,
  type ReadableHandle,
  type SourceOptions,
} from '../bytes/byte-source.js';
export { FormatError, type FormatErrorCode } from '../format-error.js';
export { readMatconvnetModel } from './matconvnet-model.js';
export { type MatValue, matNumbers, readMat } from './read-mat.js';
