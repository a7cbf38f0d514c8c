import type { ByteSource } from '../byte-source.js';
import { FormatError } from '../format-error.js';
import { windowed } from '../windowed.js';
import { parsePaxRecords, parseTarHeader, type TarHeader } from './header.js';
import { TAR_BLOCK } from './write-tar.js';

/** One member of a tar archive. */
export interface TarEntry {
  /** Parts joined by `/`, none of them empty, `.` or `..`. */
  readonly path: string;
  readonly kind: 'file' | 'folder' | 'link';
  /** Where its content lies in the source, bytes. */
  readonly offset: number;
  readonly size: number;
}

/** Longest path and largest name record accepted; real ones have a few hundred bytes. */
const MAX_PATH = 4096;
const MAX_RECORD = 1024 * 1024;

/**
 * Walks the headers of a plain tar archive (ustar, pax and GNU long names); contents are not read, so
 * that an archive of any size is indexed by a read a file. Devices and pipes are passed over.
 *
 * @throws {FormatError} not-this-format, truncated (an archive without its end mark too), bad-header,
 * forbidden-name for a path that leaves the archive, too-large for an absurd name.
 */
export async function* readTar(source: ByteSource): AsyncGenerator<TarEntry> {
  const { read, size: total } = windowed(source);
  let at = 0;
  let overrides: { path?: string; size?: number } = {};
  while (true) {
    if (at + TAR_BLOCK > total) {
      if (at === 0) throw new FormatError('not-this-format', `not a tar file (${total} bytes)`);
      throw new FormatError('truncated', 'the end-of-archive mark is missing');
    }
    const header = headerAt(await read(at, TAR_BLOCK), at);
    if (header === null) {
      await refuseSecond(read, at, total);
      return;
    }
    const offset = at + TAR_BLOCK;
    const size = overrides.size ?? header.size;
    if (size > total - offset) {
      const what = `"${header.path}" should have ${size} bytes, ${total - offset} are left`;
      throw new FormatError('truncated', what);
    }
    if (header.type === 'x' || header.type === 'L') {
      if (size > MAX_RECORD) throw damaged(at, 'absurdly long name record');
      overrides = { ...overrides, ...nameRecord(header, await read(offset, size), at) };
    } else {
      const kind = KINDS[header.type];
      if (kind) yield { path: safePath(overrides.path ?? header.path), kind, offset, size };
      // A long link target (K) precedes the entry it belongs to, whose long name may come before it.
      if (header.type !== 'K') overrides = {};
    }
    at = offset + Math.ceil(size / TAR_BLOCK) * TAR_BLOCK;
  }
}

/** Looked at behind the end of an archive, blocks: more than one of tar's records of 20 is padded to. */
const BEHIND = 64;

/** `cat a.tar b.tar` is two archives, of which any reader would see the first and leave the rest out. */
async function refuseSecond(read: ByteSource['read'], end: number, total: number): Promise<void> {
  const behind = Math.min(BEHIND, Math.floor((total - end) / TAR_BLOCK));
  const blocks = await read(end, behind * TAR_BLOCK);
  for (let i = 0; i < behind; i++) {
    const block = blocks.subarray(i * TAR_BLOCK, (i + 1) * TAR_BLOCK);
    if (block.every((byte) => byte === 0)) continue;
    if (!isHeader(block)) return;
    const what = 'two archives, one behind the other; unpack it with tar -i, or give each alone';
    throw new FormatError('bad-header', `${what} (byte ${end + i * TAR_BLOCK})`);
  }
}

function isHeader(block: Uint8Array): boolean {
  try {
    return parseTarHeader(block) !== null;
  } catch {
    return false;
  }
}

const KINDS: Readonly<Record<string, TarEntry['kind'] | undefined>> = {
  '0': 'file',
  '1': 'link',
  '2': 'link',
  '5': 'folder',
};

function headerAt(block: Uint8Array, at: number): TarHeader | null {
  try {
    return parseTarHeader(block);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    if (at > 0) throw damaged(at, reason);
    throw new FormatError('not-this-format', `not a tar file (${reason})`);
  }
}

function nameRecord(
  header: TarHeader,
  bytes: Uint8Array,
  at: number,
): { path?: string; size?: number } {
  if (header.type === 'L') return { path: new TextDecoder().decode(bytes).replace(/\0.*$/s, '') };
  const records = parsePaxRecords(bytes);
  const path = records?.get('path');
  const size = records?.get('size');
  if (!records || (size !== undefined && !/^\d{1,15}$/.test(size))) {
    throw damaged(at, 'a pax record is damaged');
  }
  return {
    ...(path === undefined ? {} : { path }),
    ...(size === undefined ? {} : { size: Number(size) }),
  };
}

/** Paths may become file names later: none may leave its folder. */
function safePath(path: string): string {
  const parts = path.split('/').filter((part) => part !== '' && part !== '.');
  if (parts.includes('..') || /[\0\\]/.test(path)) {
    throw new FormatError('forbidden-name', `entry ${JSON.stringify(path)} points outside it`);
  }
  if (path.length > MAX_PATH) throw new FormatError('too-large', 'absurdly long path');
  return parts.join('/');
}

function damaged(at: number, reason: string): FormatError {
  return new FormatError('bad-header', `damaged at byte ${at}: ${reason}`);
}
