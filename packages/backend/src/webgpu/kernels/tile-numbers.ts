import type { WebgpuBackend } from './program.js';

/**
 * What the factors of a product are while they lie in workgroup memory: float32, half precision, or
 * float32 rounded to half precision, which gives the same products on devices without the type.
 * Sums are float32 in any case.
 */
export type TileNumbers = 'f32' | 'f16' | 'rounded';

/** What products of this backend compute with now. */
export function tileNumbersOf({ precision, halfNumbers }: WebgpuBackend): TileNumbers {
  return precision === 'fp16' ? (halfNumbers ?? 'f32') : 'f32';
}

/**
 * From here on rounding to half precision goes to infinity: halfway between the largest number, 65,504, and what would
 * follow it. Source: IEEE 754-2019, §4.3.1.
 */
const OVERFLOW = '65520.0';

/**
 * WGSL: to the nearest number of half precision, of two as near the even one, by the bits of a float32. Not
 * `quantizeToF16`, which may cut off (SwiftShader does).
 */
const ROUND = `
    fn nearestHalf(value : vec4<f32>) -> vec4<f32> {
      let bits = bitcast<vec4<u32>>(value);
      let isOdd = (bits >> vec4<u32>(13u)) & vec4<u32>(1u);
      let near = (bits + vec4<u32>(0xfffu) + isOdd) & vec4<u32>(0xffffe000u);
      // Below 2^-14 the unit is 2^-24.
      let small = round(value * 16777216.0) / 16777216.0;
      return select(bitcast<vec4<f32>>(near), small, abs(value) < vec4<f32>(6.103515625e-5));
    }`;

/** WGSL: `alias Factors`, four factors, and `fn factors(value : vec4<f32>) -> Factors`. */
export function tileNumbersCode(numbers: TileNumbers): string {
  if (numbers === 'f32') {
    return `
    alias Factors = vec4<f32>;
    fn factors(value : vec4<f32>) -> Factors { return value; }`;
  }
  const half = numbers === 'f16';
  return `
    ${half ? 'enable f16;' : ROUND}
    alias Factors = vec4<${half ? 'f16' : 'f32'}>;
    fn factors(value : vec4<f32>) -> Factors {
      // A device may convert what is too large to the largest number: an overflow has to be seen.
      let limited = select(value, value * uniforms.INFINITY, abs(value) >= vec4<f32>(${OVERFLOW}));
      return ${half ? 'Factors' : 'nearestHalf'}(limited);
    }`;
}
