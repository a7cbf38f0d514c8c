import { inverseNormal } from './inverse-normal.js';
import { philox4x32 } from './philox.js';

/** A stream of random numbers that depends on its key alone. */
export interface Rng {
  /** Uniform in [0, 1), a multiple of 2⁻³². */
  next(): number;
  /** Uniform whole number in [0, count). */
  below(count: number): number;
  /** Standard normal. */
  normal(): number;
}

/**
 * Random numbers for one key, usually `(seed, epoch, index)`: the same in every JavaScript engine, whatever
 * worker draws them and whatever was drawn for other keys (Philox4x32-10).
 *
 * @param key One to five whole numbers, 0 … 2³² − 1; missing ones count as 0.
 */
export function createRng(...key: number[]): Rng {
  const bad = key.find((word) => !Number.isInteger(word) || word < 0 || word > 0xffffffff);
  if (bad !== undefined || key.length < 1 || key.length > 5) {
    throw new RangeError(
      `an rng key is one to five whole numbers from 0 to 4294967295, not (${key.join(', ')})`,
    );
  }
  const [key0 = 0, key1 = 0, word1 = 0, word2 = 0, word3 = 0] = key;
  const words = new Uint32Array(4);
  let block = 0;
  let used = 4;
  const word = () => {
    if (used === 4) {
      words.set([block++, word1, word2, word3]);
      philox4x32(words, key0, key1);
      used = 0;
    }
    return words[used++] as number;
  };
  return {
    next: () => word() * 2 ** -32,
    // Bias is under count · 2⁻³², far below what any count of pixels or images could show.
    below: (count) => Math.floor(word() * 2 ** -32 * count),
    // The middle of the interval, so that neither 0 nor 1 is reached.
    normal: () => inverseNormal((word() + 0.5) * 2 ** -32),
  };
}
