import { FormatError } from '../format-error.js';

/**
 * Inflates with the platform's own decoder, stopping as soon as more than the announced size comes
 * out, so that a small bomb costs at most `size` bytes.
 *
 * @param format `deflate-raw` in zip, `deflate` (zlib) in .mat, `gzip`
 * @param size bytes announced; the result has exactly these
 * @throws FormatError bad-header for a broken stream or another size
 */
export async function inflate(
  data: Uint8Array,
  format: 'deflate' | 'deflate-raw' | 'gzip',
  size: number,
): Promise<Uint8Array> {
  const result = new Uint8Array(size);
  let filled = 0;
  const stream = new Blob([data.slice()]).stream().pipeThrough(new DecompressionStream(format));
  const reader = stream.getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      if (filled + value.length > size) {
        throw new FormatError('too-large', `compressed data grow past the ${size} bytes announced`);
      }
      result.set(value, filled);
      filled += value.length;
    }
  } catch (cause) {
    await reader.cancel().catch(() => undefined);
    if (cause instanceof FormatError) throw cause;
    throw new FormatError('bad-header', 'compressed data are damaged', { cause });
  }
  if (filled !== size) {
    throw new FormatError('bad-header', `compressed data hold ${filled} bytes, ${size} announced`);
  }
  return result;
}
