import { word } from '../network/random-stream.js';

/**
 * A mask of zeros (share `rate`, to 1/65,536) and `kept`, the same for the same key everywhere.
 *
 * One random word decides two units; drawn here rather than on the device, because tfjs backends
 * have no common random kernel and runs must repeat.
 */
export function dropoutMask(length: number, rate: number, kept: number, key: number): Float32Array {
  const mask = new Float32Array(length);
  const threshold = Math.round(rate * 65_536);
  for (let i = 0; i < length; i += 2) {
    const bits = word(key, i >>> 1);
    if ((bits & 0xffff) >= threshold) mask[i] = kept;
    if (bits >>> 16 >= threshold) mask[i + 1] = kept;
  }
  return mask;
}
