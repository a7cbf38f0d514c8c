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
export type { WriteOptions } from '../alexnet/written.js';
export { FormatError, type FormatErrorCode } from '../format-error.js';
export type { FloatType, StoredTensor } from '../tensors/tensor-file.js';
export {
  type ReadCaffeOptions,
  readCaffeModel,
  type WrittenCaffe,
  writeCaffeModel,
} from './caffe-model.js';
export type { CaffeLayer, CaffeNet, CaffeParameter } from './caffe-net.js';
export {
  caffeMean,
  caffePreprocessing,
  type MeanImage,
  readBinaryproto,
  writeBinaryproto,
} from './mean-image.js';
export { parseCaffeNet } from './parse-net.js';
export type { ParameterName } from './schema.js';
