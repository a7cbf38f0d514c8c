import { FormatError } from '../format-error.js';

/** Deflate cannot do better than 1032 to 1, so a larger announcement is a lie. */
const MAX_RATIO = 1032;

type Compression = 'deflate' | 'deflate-raw' | 'gzip';

/**
 * Inflates with the platform's own decoder, stopping as soon as more than the announced size comes
 * out, so that a small bomb costs at most `size` bytes.
 *
 * @param size bytes announced; the result has exactly these
 * @throws FormatError bad-header for a broken stream or another size
 */
export async function inflate(
  data: Uint8Array,
  format: Compression,
  size: number,
): Promise<Uint8Array> {
  if (size > data.length * MAX_RATIO) {
    throw new FormatError('bad-header', `${data.length} compressed bytes cannot hold ${size}`);
  }
  const result = new Uint8Array(size);
  const filled = await inflateInto(data, format, size, (chunk, at) => result.set(chunk, at));
  if (filled !== size) {
    throw new FormatError('bad-header', `compressed data hold ${filled} bytes, ${size} announced`);
  }
  return result;
}

/** Inflates a stream that does not say its size, up to `limit` bytes. @throws FormatError */
export async function inflateUpTo(
  data: Uint8Array,
  format: Compression,
  limit: number,
): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  const size = await inflateInto(data, format, limit, (chunk) => chunks.push(chunk));
  const result = new Uint8Array(size);
  let position = 0;
  for (const chunk of chunks) {
    result.set(chunk, position);
    position += chunk.length;
  }
  return result;
}

async function inflateInto(
  data: Uint8Array,
  format: Compression,
  limit: number,
  take: (chunk: Uint8Array, at: number) => void,
): Promise<number> {
  let filled = 0;
  const stream = new Blob([new Uint8Array(data)])
    .stream()
    .pipeThrough(new DecompressionStream(format));
  const reader = stream.getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return filled;
      if (filled + value.length > limit) {
        throw new FormatError('too-large', `compressed data grow past the ${limit} bytes allowed`);
      }
      take(value, filled);
      filled += value.length;
    }
  } catch (cause) {
    await reader.cancel().catch(() => undefined);
    if (cause instanceof FormatError) throw cause;
    throw new FormatError('bad-header', 'compressed data are damaged', { cause });
  }
}
