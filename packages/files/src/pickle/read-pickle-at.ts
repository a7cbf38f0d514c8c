import type { ByteSource } from '../byte-source.js';
import { FormatError } from '../format-error.js';
import { type PickleResult, runPickle } from './run-pickle.js';

const MAX_PICKLE_BYTES = 64 * 2 ** 20;

/**
 * Runs the pickle that starts at `offset` of a longer file, whose length only running it tells:
 * tries a small window and doubles it while the pickle is cut off.
 *
 * @param window bytes of the first try
 * @returns the value, and the offset after it
 */
export async function readPickleAt(
  source: ByteSource,
  offset: number,
  window = 2 ** 16,
): Promise<PickleResult> {
  const rest = source.size - offset;
  for (let length = Math.min(window, rest); ; length = Math.min(length * 4, rest)) {
    try {
      const { end, ...result } = runPickle(await source.read(offset, length));
      return { ...result, end: offset + end };
    } catch (error) {
      const cutOff = error instanceof FormatError && error.code === 'truncated';
      if (!cutOff || length >= rest) throw error;
      if (length >= MAX_PICKLE_BYTES) {
        throw new FormatError('too-large', `pickle: longer than ${MAX_PICKLE_BYTES} bytes`);
      }
    }
  }
}
