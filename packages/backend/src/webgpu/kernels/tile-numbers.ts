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

/** WGSL: `alias Factors`, four factors, and `fn factors(value : vec4<f32>) -> Factors`. */
export function tileNumbersCode(numbers: TileNumbers): string {
  if (numbers === 'f32') {
    return `
    alias Factors = vec4<f32>;
    fn factors(value : vec4<f32>) -> Factors { return value; }`;
  }
  const half = numbers === 'f16';
  return `
    ${half ? 'enable f16;' : ''}
    alias Factors = vec4<${half ? 'f16' : 'f32'}>;
    fn factors(value : vec4<f32>) -> Factors {
      // A device may convert what is too large to the largest number: an overflow has to be seen.
      let limited = select(value, value * uniforms.INFINITY, abs(value) >= vec4<f32>(${OVERFLOW}));
      return ${half ? 'Factors' : 'quantizeToF16'}(limited);
    }`;
}
