import type { FileHandle } from 'node:fs/promises';
import { type Entry, fromRandomAccessReaderPromise, RandomAccessReader } from 'yauzl';
import { DatasetError, firstLine } from './errors.js';
import { createFileWindow } from './file-window.js';
import { isImageName } from './folder-tree.js';

/** Where one regular file lies inside a zip file, bytes. */
export interface ZipEntry {
  readonly path: string;
  /** Of its local header, which the contents follow. */
  readonly header: number;
  /** In the archive. */
  readonly stored: number;
  readonly size: number;
  readonly deflated: boolean;
  readonly crc32: number;
}

const STORED = 0;
const DEFLATED = 8;
/** Type bits of a Unix mode, and those of a symbolic link. */
const TYPE_BITS = 0o170000;
const LINK = 0o120000;

/**
 * Reads the directory of a zip file once; contents are not read. Names with `..`, absolute names and
 * sizes that do not fit are refused by yauzl.
 *
 * @throws {DatasetError} when the file is damaged or cut short, encrypted, or an image is a link.
 */
export async function readZipIndex(
  handle: FileHandle,
  name: string,
  options: {
    readonly signal?: AbortSignal | undefined;
    readonly onProgress?: ((done: number, total: number) => void) | undefined;
  } = {},
): Promise<ZipEntry[]> {
  const { signal, onProgress } = options;
  const { size } = await handle.stat();
  const entries: ZipEntry[] = [];
  try {
    const zip = await fromRandomAccessReaderPromise(new HandleReader(handle), size);
    for await (const entry of zip.eachEntry()) {
      if (entries.length % 1000 === 0) {
        signal?.throwIfAborted();
        onProgress?.(entries.length, zip.entryCount);
      }
      if (!entry.fileName.endsWith('/')) entries.push(toZipEntry(entry, name, size));
    }
    onProgress?.(zip.entryCount, zip.entryCount);
  } catch (error) {
    signal?.throwIfAborted();
    if (error instanceof DatasetError) throw error;
    throw new DatasetError(
      `${name} is not a whole zip file (${firstLine(error)}); copy or download it again`,
    );
  }
  return entries;
}

function toZipEntry(entry: Entry, name: string, fileSize: number): ZipEntry {
  const { fileName: path, compressionMethod: method } = entry;
  if (entry.isEncrypted()) throw new DatasetError(`${name} is refused: "${path}" is encrypted`);
  if (method !== STORED && method !== DEFLATED) {
    throw new DatasetError(`${name}: "${path}" is compressed by method ${method}; use deflate`);
  }
  if (entry.relativeOffsetOfLocalHeader + entry.compressedSize > fileSize) {
    throw new DatasetError(`${name} is damaged: "${path}" lies past its end`);
  }
  const isLink = ((entry.externalFileAttributes >>> 16) & TYPE_BITS) === LINK;
  if (isLink && isImageName(path.slice(path.lastIndexOf('/') + 1))) {
    throw new DatasetError(`${name} is refused: image "${path}" is a link`);
  }
  return {
    path,
    header: entry.relativeOffsetOfLocalHeader,
    stored: entry.compressedSize,
    size: entry.uncompressedSize,
    deflated: method === DEFLATED,
    crc32: entry.crc32,
  };
}

/** yauzl asks for every header in two pieces; a window answers most of them without the disk. */
class HandleReader extends RandomAccessReader {
  readonly #window: ReturnType<typeof createFileWindow>;

  constructor(handle: FileHandle) {
    super();
    this.#window = createFileWindow(handle);
  }

  override read(
    buffer: Buffer,
    offset: number,
    length: number,
    position: number,
    callback: (error: Error | null) => void,
  ): void {
    this.#window(position, length).then((bytes) => {
      if (bytes.length < length) callback(new Error('it ends too early'));
      else {
        buffer.set(bytes, offset);
        callback(null);
      }
    }, callback);
  }

  /** The handle belongs to the caller. */
  override close(callback: (error: Error | null) => void): void {
    callback(null);
  }
}
