export {
  type ByteSource,
  blobSource,
  bytesSource,
  handleSource,
  type ReadableHandle,
  type SourceOptions,
} from '@alexnet/files';
export type { NetworkSpec, Preprocessing, Weight } from '@alexnet/model';
export type { OpenedModel, OpenedParameter } from './alexnet/assemble-model.js';
export { detectFormat, type FormatName } from './detect-format.js';
export { FormatError, type FormatErrorCode } from './format-error.js';
export { fromCanonical, toCanonical } from './layout/canonical.js';
export type { Axes, ParameterLayout } from './layout/parameter-layouts.js';
export { DEFAULT_LIMITS, type Limits } from './limits.js';
export type { SpecValidator } from './model-file/metadata.js';
export { METADATA_VERSION, type Model } from './model-file/model-file.js';
export { type ReadModelOptions, readModel } from './model-file/read-model.js';
export { type WriteModelOptions, writeModel } from './model-file/write-model.js';
export { type Sink, writeOpenedModel } from './model-file/write-opened-model.js';
export { writeOnnx } from './onnx/write-onnx.js';
export { decodeSafetensors, looksLikeSafetensors, type Safetensors } from './safetensors/decode.js';
export type { SafetensorsDtype, SafetensorsTensor } from './safetensors/dtype.js';
export { encodeSafetensors } from './safetensors/encode.js';
export { foldDropout } from './transforms/fold-dropout.js';
export { expandGroups, joinGroups } from './transforms/groups.js';
