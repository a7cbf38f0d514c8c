import type { FileHandle } from 'node:fs/promises';
import { DatasetError, firstLine } from './errors.js';
import { createFileWindow } from './file-window.js';
import { isImageName } from './folder-tree.js';
import { parsePaxRecords, parseTarHeader, TAR_BLOCK, type TarHeader } from './tar-header.js';

/** Where one regular file lies inside a tar file, bytes. */
export interface TarEntry {
  readonly path: string;
  readonly offset: number;
  readonly size: number;
  /** Contents, where `keep` asked for them. */
  readonly content?: Uint8Array;
}

export interface TarIndex {
  readonly entries: readonly TarEntry[];
  readonly folders: readonly string[];
}

export interface TarIndexOptions {
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
  /** First byte of the archive inside the file, for tar files inside tar files; default 0. */
  readonly start?: number;
  /** First byte after the archive; default the end of the file. */
  readonly end?: number;
  /** Which small files to read in passing; at most {@link MAX_KEPT} bytes each. */
  readonly keep?: (path: string) => boolean;
}

/** Largest file `keep` may ask for, bytes. */
const MAX_KEPT = 64 * 1024;
/** Longest path and largest pax record accepted; real ones have a few hundred bytes. */
const MAX_PATH = 4096;
const MAX_PAX = 1024 * 1024;

/**
 * Reads the headers of a plain tar file once; contents are not read.
 *
 * @param name Named in errors.
 * @throws {DatasetError} when the file is not a tar file, is cut short, or names a path outside itself.
 */
export async function readTarIndex(
  handle: FileHandle,
  name: string,
  options: TarIndexOptions = {},
): Promise<TarIndex> {
  const { start = 0 } = options;
  const total = options.end ?? (await handle.stat()).size;
  const read = createFileWindow(handle);
  const entries: TarEntry[] = [];
  const folders: string[] = [];
  let at = start;
  let overrides: { path?: string; size?: number } = {};

  while (true) {
    options.signal?.throwIfAborted();
    if (entries.length % 1000 === 0) options.onProgress?.(at, total);
    if (at + TAR_BLOCK > total) {
      if (at === start)
        throw new DatasetError(`${name} is not a tar file (${total - start} bytes)`);
      throw cutShort(name, 'the end-of-archive mark is missing');
    }
    const header = readHeader(await read(at, TAR_BLOCK), at, at === start, name);
    if (header === null) break;
    const offset = at + TAR_BLOCK;
    const size = overrides.size ?? header.size;
    if (size > total - offset) {
      throw cutShort(
        name,
        `"${header.path}" should have ${size} bytes, ${total - offset} are left`,
      );
    }
    if (header.type === 'x' || header.type === 'L') {
      if (size > MAX_PAX) throw damaged(name, at, 'absurdly long name record');
      overrides = { ...overrides, ...nameRecord(header, await read(offset, size), at, name) };
    } else {
      const path = safePath(overrides.path ?? header.path, name);
      if (header.type === '0') {
        const kept = size <= MAX_KEPT && options.keep?.(path) === true;
        const content = kept ? { content: (await read(offset, size)).slice() } : {};
        entries.push({ path, offset, size, ...content });
      }
      if (header.type === '5') folders.push(path);
      else if (header.type === '1' || header.type === '2') refuseLink(path, name);
      // What is left (devices, pipes, global pax records) holds no images.
      // A long link target (K) precedes the entry it belongs to, whose long name may come before it.
      if (header.type !== 'K') overrides = {};
    }
    at = offset + Math.ceil(size / TAR_BLOCK) * TAR_BLOCK;
  }
  options.onProgress?.(total, total);
  return { entries, folders };
}

function readHeader(
  block: Uint8Array,
  at: number,
  isFirst: boolean,
  name: string,
): TarHeader | null {
  try {
    return parseTarHeader(block);
  } catch (error) {
    if (isFirst) throw new DatasetError(`${name} is not a tar file (${firstLine(error)})`);
    throw damaged(name, at, firstLine(error));
  }
}

function nameRecord(
  header: TarHeader,
  bytes: Uint8Array,
  at: number,
  name: string,
): { path?: string; size?: number } {
  if (header.type === 'L') return { path: new TextDecoder().decode(bytes).replace(/\0.*$/s, '') };
  try {
    const records = parsePaxRecords(bytes);
    const path = records.get('path');
    const size = records.get('size');
    if (size !== undefined && !/^\d{1,15}$/.test(size)) throw new Error('damaged pax size');
    return {
      ...(path === undefined ? {} : { path }),
      ...(size === undefined ? {} : { size: Number(size) }),
    };
  } catch (error) {
    throw damaged(name, at, firstLine(error));
  }
}

/** Entries become record ids, and ids may become file names later: none may leave its folder. */
function safePath(path: string, name: string): string {
  const parts = path.split('/').filter((part) => part !== '' && part !== '.');
  if (parts.includes('..') || /[\0\\]/.test(path)) {
    throw new DatasetError(`${name} is refused: entry ${JSON.stringify(path)} points outside it`);
  }
  if (path.length > MAX_PATH) throw new DatasetError(`${name} is refused: absurdly long path`);
  return parts.join('/');
}

/** A link is never followed, and leaving its image out in silence would change the data. */
function refuseLink(path: string, name: string): void {
  if (!isImageName(path.slice(path.lastIndexOf('/') + 1))) return;
  throw new DatasetError(
    `${name} is refused: image "${path}" is a link; pack the files themselves (tar --dereference --hard-dereference)`,
  );
}

function cutShort(name: string, reason: string): DatasetError {
  return new DatasetError(`${name} is cut short: ${reason}; copy or download it again`);
}

function damaged(name: string, at: number, reason: string): DatasetError {
  return new DatasetError(`${name} is damaged at byte ${at}: ${reason}`);
}
