import { FormatError } from '../format-error.js';
import { decodeFloats } from '../tensors/floats.js';
import type { FloatType } from '../tensors/tensor-file.js';
import type { SafetensorsDtype } from './dtype.js';

const FLOAT_TYPES: Partial<Record<SafetensorsDtype, FloatType>> = {
  F16: 'f16',
  BF16: 'bf16',
  F32: 'f32',
  F64: 'f64',
};

/**
 * The number type of a weight tensor.
 *
 * @throws FormatError bad-dtype for integers and 8-bit floats, which no AlexNet file uses
 */
export function floatTypeOf(name: string, dtype: SafetensorsDtype): FloatType {
  const type = FLOAT_TYPES[dtype];
  if (type) return type;
  throw new FormatError('bad-dtype', `"${name}" holds ${dtype}, weights are F16, BF16, F32 or F64`);
}

/** A tensor's numbers as single precision, always a fresh array. @throws FormatError bad-dtype */
export function readFloats(name: string, dtype: SafetensorsDtype, data: Uint8Array): Float32Array {
  return decodeFloats(floatTypeOf(name, dtype), data);
}
