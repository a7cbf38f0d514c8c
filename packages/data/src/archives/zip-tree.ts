import { open } from 'node:fs/promises';
import { crc32, inflateRawSync } from 'node:zlib';
import { FormatError, handleSource } from '@alexnet/files';
import { readZip, type ZipEntry } from '@alexnet/files/zip';
import type { OpenOptions } from '../dataset.js';
import { DatasetError, firstLine } from '../errors.js';
import { isImageName } from './file-kind.js';
import { createFolder, type FileTree, folderAt } from './folder-tree.js';

/** ImageNet has 1.4 million images; how large they are is seen when they are read. */
const LIMITS = { entries: 50_000_000, entryBytes: Infinity, totalBytes: Infinity };
/** A file that says it is larger is refused: it would be held in memory. */
const MAX_FILE = 2 ** 30;
/** Type bits of a Unix mode, and those of a symbolic link. */
const TYPE_BITS = 0o170000;
const LINK = 0o120000;

/** Opens a zip file as a tree: its directory is read once, files later. Nothing is unpacked. */
export async function openZipTree(
  path: string,
  options: Pick<OpenOptions, 'signal' | 'onProgress'> = {},
): Promise<FileTree> {
  const handle = await open(path, 'r');
  try {
    const { signal, onProgress } = options;
    const { size } = await handle.stat();
    const entries = await readZip(handleSource(handle, size, signal && { signal }), LIMITS).catch(
      (error) => {
        throw error instanceof FormatError ? explain(error, path) : error;
      },
    );
    const root = createFolder();
    for (const { name, mode } of entries.values()) {
      const slash = name.lastIndexOf('/');
      const file = name.slice(slash + 1);
      if ((mode & TYPE_BITS) === LINK && isImageName(file)) {
        throw new DatasetError('refused', `${path} is refused: image "${name}" is a link`);
      }
      const folder = folderAt(root, name.slice(0, Math.max(0, slash)));
      if (file !== '') folder.files.add(file);
    }
    onProgress?.(entries.size, entries.size, 'files indexed');
    const entryAt = (entryPath: string) => {
      const entry = entries.get(entryPath);
      if (entry === undefined)
        throw new DatasetError('not-found', `${path} holds no file ${entryPath}`);
      return entry;
    };
    return {
      name: path,
      root,
      read: async (entryPath, part) => {
        const bytes = await readEntry(entryAt(entryPath), path);
        if (part === undefined) return bytes;
        const end = part.offset + part.length;
        if (end > bytes.length) {
          throw new DatasetError('damaged', `${path}: ${entryPath} ends before byte ${end}`);
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

function explain({ code, message }: FormatError, path: string): DatasetError {
  const what = message.replace(/^zip: /, '');
  if (code === 'truncated' || code === 'bad-header') {
    return new DatasetError(
      'damaged',
      `${path} is not a whole zip file (${what}); copy or download it again`,
    );
  }
  return new DatasetError('refused', `${path} is refused: ${what}`);
}

async function readEntry(entry: ZipEntry, path: string): Promise<Uint8Array> {
  const damaged = (what: string) =>
    new DatasetError('damaged', `${path}: ${entry.name} is damaged: ${what}`);
  if (entry.size > MAX_FILE) throw damaged(`it says it has ${entry.size} bytes`);
  const packed = await entry.packed().catch((error) => {
    throw damaged(firstLine(error));
  });
  const bytes = entry.deflated ? inflate(packed, entry.size) : packed;
  if (bytes === null) throw damaged('it does not decompress to the size it gives');
  if (bytes.length !== entry.size || crc32(bytes) !== entry.crc32) {
    throw damaged('its checksum is wrong');
  }
  return bytes;
}

/** Synchronous: images are small, and a job of the thread pool takes longer than they do. */
function inflate(packed: Uint8Array, size: number): Uint8Array | null {
  try {
    // One byte more than it may have, so that too long a stream is noticed and goes no further.
    return inflateRawSync(packed, { maxOutputLength: size + 1 });
  } catch {
    return null;
  }
}
