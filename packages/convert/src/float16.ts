import { FormatError } from './format-error.js';

const float = new Float32Array(1);
const bits = new Uint32Array(float.buffer);

/** IEEE 754 half to single precision; exact. */
export function float16ToFloat32(half: number): number {
  const exponent = (half >> 10) & 0x1f;
  const fraction = half & 0x3ff;
  const sign = half & 0x8000 ? -1 : 1;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

/** Single to half precision bits, rounding to nearest even as numpy and hardware do. */
export function float32ToFloat16(value: number): number {
  float[0] = value;
  const word = bits[0] ?? 0;
  const sign = (word >>> 16) & 0x8000;
  const magnitude = word & 0x7fffffff;
  if (magnitude > 0x7f800000) return sign | 0x7e00;
  if (magnitude >= 0x477ff000) return sign | 0x7c00; // 65520 and above round to infinity
  if (magnitude < 0x38800000) {
    // Below 2^-14: subnormal. Adding 2^-1 leaves steps of 2^-24, so the FPU does the rounding.
    float[0] = Math.fround(Math.abs(value)) + 0.5;
    return sign | ((bits[0] ?? 0) - 0x3f000000);
  }
  const odd = (magnitude >>> 13) & 1;
  return sign | ((magnitude - 0x38000000 + 0xfff + odd) >>> 13);
}

/**
 * Halves a tensor's size on disk at 11 bits of precision.
 *
 * @param name names the tensor in the error
 * @throws FormatError out-of-range when a finite value would become infinite (|x| >= 65520)
 */
export function toFloat16(values: Float32Array, name: string): Uint16Array {
  const half = new Uint16Array(values.length);
  values.forEach((value, index) => {
    const encoded = float32ToFloat16(value);
    if ((encoded & 0x7fff) === 0x7c00 && Number.isFinite(value)) {
      throw new FormatError(
        'out-of-range',
        `${name}: ${value} does not fit f16; write f32 instead`,
      );
    }
    half[index] = encoded;
  });
  return half;
}
