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
export type { FloatType, StoredTensor, StoredTensors } from '../tensors/tensor-file.js';
export { readNumpyModel, writeNumpyModel } from './numpy-model.js';
export { readNpy } from './read-npy.js';
export { type NumpyFile, readNumpy } from './read-numpy.js';
export { writeNpz } from './write-npz.js';
