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
export type { WriteOptions, Written } from '../alexnet/written.js';
export { FormatError, type FormatErrorCode } from '../format-error.js';
export type { H5 } from './hdf5.js';
export { type ReadKerasOptions, readKerasModel, writeKerasWeights } from './keras-model.js';
export { type KerasFile, readKeras } from './read-keras.js';
