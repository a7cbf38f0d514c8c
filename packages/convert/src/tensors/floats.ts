import { float16ToFloat32 } from '../float16.js';
import type { FloatType } from './tensor-file.js';

/** Bytes per element. */
export const FLOAT_BYTES: Readonly<Record<FloatType, number>> = { f16: 2, bf16: 2, f32: 4, f64: 8 };

/**
 * Raw little-endian numbers as single precision, always a fresh array.
 *
 * @param data any alignment; f64 is rounded
 */
export function decodeFloats(dtype: FloatType, data: Uint8Array): Float32Array {
  // Not slice(): that of a Node Buffer shares its pool.
  const copy = new Uint8Array(data).buffer;
  switch (dtype) {
    case 'f32':
      return new Float32Array(copy);
    case 'f64':
      return new Float32Array(new Float64Array(copy));
    case 'f16':
      return Float32Array.from(new Uint16Array(copy), float16ToFloat32);
    case 'bf16': {
      // The upper half of a single-precision number.
      const words = Uint32Array.from(new Uint16Array(copy), (half) => half << 16);
      return new Float32Array(words.buffer);
    }
  }
}
