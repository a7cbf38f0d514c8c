import { requireBytes } from './byte-kinds.js';
import { FormatError } from './format-error.js';

/** Random access to a file without holding it: an array, a browser File, a Node file handle. */
export interface ByteSource {
  /** Bytes in the file. */
  readonly size: number;
  /** Exactly `length` bytes from `offset`; a view where the source is memory. */
  read(offset: number, length: number): Promise<Uint8Array>;
}

/** The part of Node's `fs.promises.FileHandle` a source needs. */
export interface ReadableHandle {
  /** Reads up to `length` bytes at `position` into `buffer` at `offset`. */
  read(
    buffer: Uint8Array,
    offset: number,
    length: number,
    position: number,
  ): Promise<{ readonly bytesRead: number }>;
}

/** How a source is watched and stopped. */
export interface SourceOptions {
  /** Stops the next read with the signal's reason. */
  readonly signal?: AbortSignal;
  /** Told bytes read so far (a byte read twice counts twice) after every read. */
  readonly onProgress?: (bytesRead: number, size: number) => void;
}

/** The same memory without the ways of a Node Buffer, whose `slice` shares and does not copy. */
export function plainBytes(bytes: Uint8Array): Uint8Array {
  return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length);
}

/** A source over bytes already in memory; reads are views. */
export function bytesSource(bytes: Uint8Array, options: SourceOptions = {}): ByteSource {
  const plain = plainBytes(bytes);
  return guard(bytes.length, options, async (offset, length) =>
    plain.subarray(offset, offset + length),
  );
}

/** A source over a browser `File` or any `Blob`. */
export function blobSource(blob: Blob, options: SourceOptions = {}): ByteSource {
  return guard(
    blob.size,
    options,
    async (offset, length) =>
      new Uint8Array(await blob.slice(offset, offset + length).arrayBuffer()),
  );
}

/** A source over an open file, `await open(path)` of `node:fs/promises`; the caller closes it. */
export function handleSource(
  handle: ReadableHandle,
  size: number,
  options: SourceOptions = {},
): ByteSource {
  return guard(size, options, async (offset, length) => {
    const bytes = new Uint8Array(length);
    let filled = 0;
    while (filled < length) {
      const { bytesRead } = await handle.read(bytes, filled, length - filled, offset + filled);
      if (bytesRead === 0) throw new FormatError('truncated', 'the file shrank while it was read');
      filled += bytesRead;
    }
    return bytes;
  });
}

/**
 * Bytes as given or a source as given: what every reader of this package accepts.
 *
 * @throws {TypeError} for anything else: a path, an `ArrayBuffer`, a stream
 */
export function asSource(input: Uint8Array | ByteSource): ByteSource {
  if (typeof (input as ByteSource | null | undefined)?.read === 'function') {
    return input as ByteSource;
  }
  requireBytes(input);
  return bytesSource(input);
}

/** A window of a source with its own origin. */
export function sliceSource(source: ByteSource, start: number, size: number): ByteSource {
  checkRange(source.size, start, size);
  return guard(size, {}, (offset, length) => source.read(start + offset, length));
}

function guard(size: number, options: SourceOptions, read: ByteSource['read']): ByteSource {
  let total = 0;
  return {
    size,
    async read(offset, length) {
      options.signal?.throwIfAborted();
      checkRange(size, offset, length);
      const bytes = await read(offset, length);
      total += length;
      options.onProgress?.(total, size);
      return bytes;
    },
  };
}

function checkRange(size: number, offset: number, length: number): void {
  const whole = Number.isSafeInteger(offset) && Number.isSafeInteger(length);
  if (!whole || offset < 0 || length < 0 || offset + length > size) {
    throw new FormatError(
      'truncated',
      `bytes ${offset} to ${offset + length} are outside the file of ${size} bytes`,
    );
  }
}
