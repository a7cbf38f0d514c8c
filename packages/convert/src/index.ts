export { FormatError, type FormatErrorCode } from './format-error.js';
export { DEFAULT_LIMITS, type Limits } from './limits.js';
export { decodeSafetensors, looksLikeSafetensors, type Safetensors } from './safetensors/decode.js';
export type { SafetensorsDtype, SafetensorsTensor } from './safetensors/dtype.js';
export { encodeSafetensors } from './safetensors/encode.js';
