import { word } from '../network/random-stream.js';

/** Values of the 16 random bits of a unit. */
const STEPS = 65_536;

/** A unit is dropped where its random bits are below. */
export function dropoutThreshold(rate: number): number {
  return Math.round(rate * STEPS);
}

/** Whether no unit can stay. */
export function dropsEverything(rate: number): boolean {
  return dropoutThreshold(rate) === STEPS;
}

/** Units `from` to `to` of a draw; one random word decides two of them. */
export function maskValues(
  { from, to }: { readonly from: number; readonly to: number },
  threshold: number,
  kept: number,
  key: number,
): Float32Array {
  const mask = new Float32Array(to - from);
  for (let unit = from - (from % 2); unit < to; unit += 2) {
    const bits = word(key, unit / 2);
    if (unit >= from && (bits & 0xffff) >= threshold) mask[unit - from] = kept;
    if (bits >>> 16 >= threshold) mask[unit + 1 - from] = kept;
  }
  return mask;
}
