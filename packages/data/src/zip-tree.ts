import { type FileHandle, open } from 'node:fs/promises';
import { crc32, inflateRawSync } from 'node:zlib';
import type { OpenOptions } from './dataset.js';
import { DatasetError } from './errors.js';
import { createFolder, type FileTree, folderAt } from './folder-tree.js';
import { readPart } from './read-part.js';
import { readZipIndex, type ZipEntry } from './zip-index.js';

/** A local header before its name, and where the lengths of name and extra field stand in it. */
const LOCAL_HEADER = 30;
const NAME_LENGTH = 26;
const EXTRA_LENGTH = 28;
const SIGNATURE = 0x04034b50;
/** Times and owners as Info-ZIP writes them take 28 bytes. */
const LIKELY_EXTRA = 64;
/** A file that says it is larger is refused: it would be held in memory. */
const MAX_FILE = 2 ** 30;

/** Opens a zip file as a tree: its directory is read once, files later. Nothing is unpacked. */
export async function openZipTree(
  path: string,
  options: Pick<OpenOptions, 'signal' | 'onProgress'> = {},
): Promise<FileTree> {
  const handle = await open(path, 'r');
  try {
    const { signal, onProgress } = options;
    const index = await readZipIndex(handle, path, {
      signal,
      onProgress: onProgress && ((done, total) => onProgress(done, total, 'files indexed')),
    });
    const root = createFolder();
    const entries = new Map(index.map((entry) => [entry.path, entry]));
    for (const entryPath of entries.keys()) {
      const slash = entryPath.lastIndexOf('/');
      folderAt(root, entryPath.slice(0, Math.max(0, slash))).files.add(entryPath.slice(slash + 1));
    }
    const entryAt = (entryPath: string) => {
      const entry = entries.get(entryPath);
      if (entry === undefined) throw new DatasetError(`${path} holds no file ${entryPath}`);
      return entry;
    };
    return {
      name: path,
      root,
      read: async (entryPath, part) => {
        const bytes = await readEntry(handle, entryAt(entryPath), path);
        if (part === undefined) return bytes;
        const end = part.offset + part.length;
        if (end > bytes.length) {
          throw new DatasetError(`${path}: ${entryPath} ends before byte ${end}`);
        }
        return bytes.subarray(part.offset, end);
      },
      size: async (entryPath) => entryAt(entryPath).size,
      close: () => handle.close(),
    };
  } catch (error) {
    await handle.close();
    throw error;
  }
}

async function readEntry(handle: FileHandle, entry: ZipEntry, name: string): Promise<Uint8Array> {
  const damaged = (what: string) => new DatasetError(`${name}: ${entry.path} is damaged: ${what}`);
  if (entry.size > MAX_FILE) throw damaged(`it says it has ${entry.size} bytes`);
  // Header and contents in one read, unless the extra field is longer than any in use.
  const likely = LOCAL_HEADER + Buffer.byteLength(entry.path) + LIKELY_EXTRA + entry.stored;
  const buffer = new Uint8Array(likely);
  const { bytesRead } = await handle.read(buffer, 0, likely, entry.header);
  const view = new DataView(buffer.buffer);
  if (view.getUint32(0, true) !== SIGNATURE) throw damaged('its header is missing');
  const start =
    LOCAL_HEADER + view.getUint16(NAME_LENGTH, true) + view.getUint16(EXTRA_LENGTH, true);
  const stored =
    start + entry.stored <= bytesRead
      ? buffer.subarray(start, start + entry.stored)
      : await readPart(handle, { offset: entry.header + start, length: entry.stored });
  const bytes = entry.deflated ? inflate(stored, entry.size) : stored;
  if (bytes === null) throw damaged('it does not decompress to the size it gives');
  if (bytes.length !== entry.size || crc32(bytes) !== entry.crc32) {
    throw damaged('its checksum is wrong');
  }
  return bytes;
}

/** Synchronous: images are small, and a job of the thread pool takes longer than they do. */
function inflate(stored: Uint8Array, size: number): Uint8Array | null {
  try {
    // One byte more than it may have, so that too long a stream is noticed and goes no further.
    return inflateRawSync(stored, { maxOutputLength: size + 1 });
  } catch {
    return null;
  }
}
