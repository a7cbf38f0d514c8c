import { type ByteSource, bytesSource } from '../byte-source.js';
import { FormatError } from '../format-error.js';

/** Deflate cannot do better than 1032 to 1, so a larger announcement is a lie. */
const MAX_RATIO = 1032;
/** Read from the source at once, bytes. */
const PIECE = 2 ** 20;

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
  let filled = 0;
  for await (const chunk of inflateChunks(bytesSource(data), format, size)) {
    result.set(chunk, filled);
    filled += chunk.length;
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
  let size = 0;
  for await (const chunk of limited(decompress(bytesSource(data), format), limit)) {
    chunks.push(chunk);
    size += chunk.length;
  }
  const result = new Uint8Array(size);
  let position = 0;
  for (const chunk of chunks) {
    result.set(chunk, position);
    position += chunk.length;
  }
  return result;
}

/**
 * Inflates piece by piece what is too large to hold.
 *
 * @param format `null` for bytes that are stored as they are
 * @throws FormatError bad-header for a broken stream or another size
 */
export async function* inflateChunks(
  source: ByteSource,
  format: Compression | null,
  size: number,
): AsyncGenerator<Uint8Array> {
  let filled = 0;
  const pieces = format === null ? piecesOf(source) : decompress(source, format);
  for await (const chunk of limited(pieces, size)) {
    filled += chunk.length;
    yield chunk;
  }
  if (filled !== size) {
    throw new FormatError('bad-header', `compressed data hold ${filled} bytes, ${size} announced`);
  }
}

async function* limited(
  chunks: AsyncIterable<Uint8Array>,
  limit: number,
): AsyncGenerator<Uint8Array> {
  let filled = 0;
  for await (const chunk of chunks) {
    filled += chunk.length;
    if (filled > limit) {
      throw new FormatError('too-large', `compressed data grow past the ${limit} bytes allowed`);
    }
    yield chunk;
  }
}

async function* piecesOf(source: ByteSource): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  for (let at = 0; at < source.size; at += PIECE) {
    const piece = await source.read(at, Math.min(PIECE, source.size - at));
    yield new Uint8Array(piece);
  }
}

async function* decompress(source: ByteSource, format: Compression): AsyncGenerator<Uint8Array> {
  const pieces = piecesOf(source);
  const packed = new ReadableStream<Uint8Array<ArrayBuffer>>({
    async pull(controller) {
      const { done, value } = await pieces.next();
      if (done) controller.close();
      else controller.enqueue(value);
    },
  });
  const reader = packed.pipeThrough(new DecompressionStream(format)).getReader();
  try {
    for (;;) {
      const { done, value } = await read(reader);
      if (done) return;
      yield value;
    }
  } finally {
    await reader.cancel().catch(() => undefined);
  }
}

async function read(reader: ReadableStreamDefaultReader<Uint8Array>) {
  try {
    return await reader.read();
  } catch (cause) {
    if (!(cause instanceof TypeError) && !isZlib(cause)) throw cause;
    throw new FormatError('bad-header', 'compressed data are damaged', { cause });
  }
}

/** Node throws zlib's own errors out of a decompression stream. */
function isZlib(error: unknown): boolean {
  return error instanceof Error && 'code' in error && String(error.code).startsWith('Z_');
}
