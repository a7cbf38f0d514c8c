import { FormatError } from '../format-error.js';
import type { SafetensorsTensor } from './dtype.js';

/** What is added to a weight's name for the tensor of its scales: F32 `[out]`. */
export const SCALE_SUFFIX = '.scale';

/** Largest code; −128 is left out, so that codes are as far below zero as above. */
const LARGEST = 127;

/**
 * A weight `[out, …]` as whole numbers from −127 to 127, and for each output channel the number they are
 * multiplied by: the channel's largest magnitude / 127.
 *
 * @param name names the weight in the error
 * @throws FormatError out-of-range for a number that is not finite
 */
export function toInt8(
  values: Float32Array,
  outputs: number,
  name: string,
): { readonly codes: Int8Array; readonly scales: Float32Array } {
  const codes = new Int8Array(values.length);
  const scales = new Float32Array(outputs);
  const size = values.length / outputs;
  for (let output = 0; output < outputs; output++) {
    const row = values.subarray(output * size, (output + 1) * size);
    let largest = 0;
    for (const value of row) {
      if (!Number.isFinite(value)) {
        throw new FormatError('out-of-range', `${name}: ${value} has no int8; write f32 instead`);
      }
      largest = Math.max(largest, Math.abs(value));
    }
    const scale = Math.fround(largest / LARGEST);
    scales[output] = scale;
    // Too small for a scale: zeros.
    if (scale === 0) continue;
    for (let i = 0; i < size; i++) {
      const code = Math.round((row[i] as number) / scale);
      codes[output * size + i] = Math.max(-LARGEST, Math.min(LARGEST, code));
    }
  }
  return { codes, scales };
}

/** The weight of {@link toInt8}, to half a scale. */
export function fromInt8(codes: Int8Array, scales: Float32Array): Float32Array {
  const size = codes.length / scales.length;
  return Float32Array.from(codes, (code, i) => code * (scales[Math.floor(i / size)] as number));
}

/**
 * The names of scales, where a file has int8 weights: each of these has its own, F32 `[out]`.
 *
 * @throws FormatError bad-dtype, bad-shape where a weight's scales are missing or others
 */
export function scalesOf(
  entries: Iterable<readonly [name: string, Pick<SafetensorsTensor, 'dtype' | 'shape'>]>,
): ReadonlySet<string> {
  const all = new Map(entries);
  const names = new Set<string>();
  for (const [name, { dtype, shape }] of all) {
    if (dtype !== 'I8') continue;
    const scale = all.get(name + SCALE_SUFFIX);
    if (scale?.dtype !== 'F32') {
      throw new FormatError('bad-dtype', `"${name}" holds I8 without an F32 "${name}.scale"`);
    }
    if (scale.shape.length !== 1 || shape.length < 2 || scale.shape[0] !== shape[0]) {
      throw new FormatError(
        'bad-shape',
        `"${name}" of [${shape}] has scales of [${scale.shape}], one for each output is needed`,
      );
    }
    names.add(name + SCALE_SUFFIX);
  }
  return names;
}
