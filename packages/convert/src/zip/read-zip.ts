import { type ByteSource, bytesSource, sliceSource } from '../bytes/byte-source.js';
import { FormatError } from '../format-error.js';
import { checkName } from '../parse-strict-json.js';
import { inflate } from './inflate.js';

export interface ZipEntry {
  readonly name: string;
  /** Bytes when unpacked. */
  readonly size: number;
  /** The unpacked bytes; a window on the archive where the entry is stored. */
  open(): Promise<ByteSource>;
}

/** A torch or numpy archive holds dozens of entries of at most 151 MB. */
const MAX_ENTRIES = 10_000;
const MAX_ENTRY_BYTES = 2 ** 30;
const MAX_TOTAL_BYTES = 2 ** 31;

const END = 0x06054b50;
const END64_LOCATOR = 0x07064b50;
const END64 = 0x06064b50;
const CENTRAL = 0x02014b50;
const LOCAL = 0x04034b50;
const ZIP64_EXTRA = 0x0001;

interface Record {
  readonly name: string;
  readonly method: number;
  readonly packed: number;
  readonly size: number;
  readonly offset: number;
}

/**
 * Lists a zip archive from its central directory; nothing is unpacked until asked. CRCs are not
 * compared, since other writers of torch archives leave them zero.
 *
 * @throws FormatError for absolute or `..` names, duplicates, encryption, overlapping entries,
 *   methods other than stored and deflate, or more than the limits
 */
export async function readZip(source: ByteSource): Promise<Map<string, ZipEntry>> {
  const { offset, size, count } = await findDirectory(source);
  if (count > MAX_ENTRIES || size > MAX_ENTRIES * 1024) {
    throw new FormatError('too-large', `zip: ${count} entries, limit ${MAX_ENTRIES}`);
  }
  const records = parseDirectory(await source.read(offset, size), count);
  checkRecords(records, offset);
  return new Map(records.map((record) => [record.name, entryOf(source, record)]));
}

async function findDirectory(source: ByteSource) {
  // The end record is 22 bytes and may be followed by a comment of up to 65,535.
  const tailSize = Math.min(source.size, 22 + 0xffff);
  const tailStart = source.size - tailSize;
  const tail = view(await source.read(tailStart, tailSize));
  let at = tailSize - 22;
  while (at >= 0 && tail.getUint32(at, true) !== END) at--;
  if (at < 0)
    throw new FormatError('truncated', 'zip: no directory at the end; the file is cut off');
  const count = tail.getUint16(at + 10, true);
  const size = tail.getUint32(at + 12, true);
  const offset = tail.getUint32(at + 16, true);
  if (count !== 0xffff && size !== 0xffffffff && offset !== 0xffffffff)
    return { count, size, offset };

  const locator = view(await source.read(tailStart + at - 20, 20));
  if (locator.getUint32(0, true) !== END64_LOCATOR) {
    throw new FormatError('bad-header', 'zip: a zip64 archive without its locator');
  }
  const end = view(await source.read(uint64(locator, 8), 56));
  if (end.getUint32(0, true) !== END64) {
    throw new FormatError('bad-header', 'zip: a zip64 archive without its end record');
  }
  return { count: uint64(end, 32), size: uint64(end, 40), offset: uint64(end, 48) };
}

function parseDirectory(bytes: Uint8Array, count: number): Record[] {
  const directory = view(bytes);
  const records: Record[] = [];
  let at = 0;
  for (let index = 0; index < count; index++) {
    if (at + 46 > bytes.length || directory.getUint32(at, true) !== CENTRAL) {
      throw new FormatError('bad-header', 'zip: the directory is damaged');
    }
    const nameEnd = at + 46 + directory.getUint16(at + 28, true);
    const extraEnd = nameEnd + directory.getUint16(at + 30, true);
    const next = extraEnd + directory.getUint16(at + 32, true);
    if (next > bytes.length) throw new FormatError('truncated', 'zip: the directory is cut off');
    if (directory.getUint16(at + 8, true) & 1) {
      throw new FormatError('unsupported', 'zip: an encrypted entry');
    }
    const name = new TextDecoder().decode(bytes.subarray(at + 46, nameEnd));
    const wide = zip64Fields(directory, nameEnd, extraEnd);
    const field = (position: number) => {
      const value = directory.getUint32(position, true);
      return value === 0xffffffff ? (wide.shift() ?? value) : value;
    };
    const size = field(at + 24);
    const packed = field(at + 20);
    const offset = field(at + 42);
    records.push({ name, method: directory.getUint16(at + 10, true), packed, size, offset });
    at = next;
  }
  return records;
}

/** The 64-bit values of the zip64 extra field, in the order of the fields they replace. */
function zip64Fields(directory: DataView, start: number, end: number): number[] {
  for (let at = start; at + 4 <= end; ) {
    const length = directory.getUint16(at + 2, true);
    if (directory.getUint16(at, true) === ZIP64_EXTRA && at + 4 + length <= end) {
      return Array.from({ length: length >> 3 }, (_, n) => uint64(directory, at + 4 + n * 8));
    }
    at += 4 + length;
  }
  return [];
}

function checkRecords(records: readonly Record[], directoryStart: number): void {
  const names = new Set<string>();
  for (const { name, method, size } of records) {
    if (name.startsWith('/') || /(^|[/\\])\.\.([/\\]|$)|^[A-Za-z]:|\0/.test(name)) {
      throw new FormatError('forbidden-name', `zip: an entry name leaves the archive: "${name}"`);
    }
    for (const part of name.split('/')) checkName(part, 'zip');
    if (names.has(name)) throw new FormatError('duplicate-name', `zip: "${name}" twice`);
    names.add(name);
    if (method !== 0 && method !== 8) {
      throw new FormatError('unsupported', `zip: "${name}" uses compression method ${method}`);
    }
    if (size > MAX_ENTRY_BYTES)
      throw new FormatError('too-large', `zip: "${name}" of ${size} bytes`);
  }
  if (records.reduce((total, { size }) => total + size, 0) > MAX_TOTAL_BYTES) {
    throw new FormatError('too-large', `zip: unpacks to more than ${MAX_TOTAL_BYTES} bytes`);
  }
  // Entries that share bytes are how a small archive unpacks to petabytes.
  let free = 0;
  for (const { name, offset, packed } of [...records].sort((a, b) => a.offset - b.offset)) {
    if (offset < free) throw new FormatError('bad-offset', `zip: "${name}" overlaps another entry`);
    free = offset + 30 + packed;
  }
  if (free > directoryStart)
    throw new FormatError('bad-offset', 'zip: entries overlap the directory');
}

function entryOf(source: ByteSource, record: Record): ZipEntry {
  const { name, size, packed, method, offset } = record;
  return {
    name,
    size,
    async open() {
      const header = view(await source.read(offset, 30));
      if (header.getUint32(0, true) !== LOCAL) {
        throw new FormatError('bad-header', `zip: "${name}" has no local header`);
      }
      const skip = 30 + header.getUint16(26, true) + header.getUint16(28, true);
      const stored = sliceSource(source, offset + skip, packed);
      if (method === 0) {
        if (packed !== size) throw new FormatError('bad-header', `zip: "${name}" has two sizes`);
        return stored;
      }
      const bytes = await inflate(await stored.read(0, packed), 'deflate-raw', size);
      return bytesSource(bytes);
    },
  };
}

function view(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function uint64(data: DataView, position: number): number {
  const value = data.getBigUint64(position, true);
  return value > BigInt(Number.MAX_SAFE_INTEGER) ? Number.MAX_SAFE_INTEGER : Number(value);
}
