export {
  asSource,
  type ByteSource,
  blobSource,
  bytesSource,
  handleSource,
  type ReadableHandle,
  type SourceOptions,
} from '@alexnet/files';
export type { NetworkSpec, Preprocessing, Weight } from '@alexnet/model';
export { describeNetwork } from './alexnet/describe-network.js';
export type { DataFormat } from './alexnet/flattened-pairs.js';
export { NOTE_CODES, type Note, type NoteCode } from './alexnet/note.js';
export type { OpenOptions } from './alexnet/open-options.js';
export { loadModel, type StoredModel, type StoredParameter } from './alexnet/stored-model.js';
export { type Answer, FormatError, type FormatErrorCode, UnsaidError } from './format-error.js';
export { detectFormat } from './formats/detect-format.js';
export type { Format, ModelSource, SavedModel, SaveOptions } from './formats/format.js';
export {
  FORMATS,
  type FormatName,
  formatOf,
  TARGET_NAMES,
  type TargetName,
} from './formats/formats.js';
export {
  type FoundModel,
  findModel,
  type ModelInput,
  type OpenedModel,
  type OpenModelOptions,
  openModel,
} from './formats/open-model.js';
export { dtypesOf, saveModel } from './formats/save-model.js';
export { fromCanonical, toCanonical } from './layout/canonical.js';
export type { Axes, ParameterLayout } from './layout/parameter-layouts.js';
export { DEFAULT_LIMITS, type Limits } from './limits.js';
export { METADATA_VERSION, type Model } from './model-file/model-file.js';
export { type ReadModelOptions, readModel } from './model-file/read-model.js';
export { PRECISIONS, type StoredDtype } from './model-file/stored-numbers.js';
export { type WriteModelOptions, writeModel } from './model-file/write-model.js';
export { type Sink, writeStoredModel } from './model-file/write-stored-model.js';
export { decodeSafetensors, looksLikeSafetensors, type Safetensors } from './safetensors/decode.js';
export type { SafetensorsDtype, SafetensorsTensor } from './safetensors/dtype.js';
export { encodeSafetensors } from './safetensors/encode.js';
export type { FloatType, StoredTensor, StoredTensors } from './tensors/tensor-file.js';
export { foldDropout } from './transforms/fold-dropout.js';
export { expandGroups, joinGroups } from './transforms/groups.js';
