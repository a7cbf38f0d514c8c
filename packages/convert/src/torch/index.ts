export {
  asSource,
  type ByteSource,
  blobSource,
  bytesSource,
  handleSource,
  type ReadableHandle,
  type SourceOptions,
} from '@alexnet/files';
export type {
  AssembleOptions,
  Converted,
  OpenedModel,
  OpenedParameter,
} from '../alexnet/assemble-model.js';
export type { SpecFactory } from '../alexnet/detect-spec.js';
export type { Note, NoteCode } from '../alexnet/note.js';
export type { WriteOptions, Written } from '../alexnet/written.js';
export { FormatError, type FormatErrorCode } from '../format-error.js';
export type { FloatType, StoredTensor, StoredTensors } from '../tensors/tensor-file.js';
export { type TorchContainer, torchContainer } from './container.js';
export { readTorch } from './read-torch.js';
export { openTorchModel, readTorchModel, writeTorchModel } from './torch-model.js';
export { type WriteTorchOptions, writeTorch } from './write-torch.js';
