export { kindOf, requireBytes } from './byte-kinds.js';
export {
  asSource,
  type ByteSource,
  blobSource,
  bytesSource,
  handleSource,
  plainBytes,
  type ReadableHandle,
  type SourceOptions,
  sliceSource,
} from './byte-source.js';
export { CodedError } from './coded-error.js';
export { type FileFault, FormatError } from './format-error.js';
export { checkName, decodeText, latin1 } from './text.js';
export { windowed } from './windowed.js';
