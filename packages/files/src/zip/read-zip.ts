import { type ByteSource, bytesSource, sliceSource } from '../byte-source.js';
import { FormatError } from '../format-error.js';
import { checkName } from '../text.js';
import { decodeName } from './decode-name.js';
import { inflate, inflateChunks } from './inflate.js';

/** One file of a zip archive. */
export interface ZipEntry {
  /** As written, `\` turned into `/`; folders end in `/`. */
  readonly name: string;
  /** Bytes when unpacked, as announced. */
  readonly size: number;
  /** Bytes in the archive. */
  readonly packedSize: number;
  /** False where it is stored as it is. */
  readonly deflated: boolean;
  /** CRC-32 of the unpacked bytes; some writers leave it zero. */
  readonly crc32: number;
  /** Unix mode, 0 where the archive has none. */
  readonly mode: number;
  /** The unpacked bytes; a window on the archive where the entry is stored. */
  open(): Promise<ByteSource>;
  /** The unpacked bytes piece by piece, for what is too large to hold. */
  chunks(): AsyncGenerator<Uint8Array>;
  /** The bytes as they stand in the archive, in one read. */
  packed(): Promise<Uint8Array>;
}

/** What an archive may announce. */
export interface ZipLimits {
  readonly entries: number;
  /** Unpacked bytes of one entry. */
  readonly entryBytes: number;
  /** Unpacked bytes of all entries. */
  readonly totalBytes: number;
}

/** A torch or numpy archive holds dozens of entries of at most 151 MB. */
const WEIGHTS: ZipLimits = { entries: 10_000, entryBytes: 2 ** 30, totalBytes: 2 ** 31 };

const END = 0x06054b50;
const END64_LOCATOR = 0x07064b50;
const END64 = 0x06064b50;
const CENTRAL = 0x02014b50;
const LOCAL = 0x04034b50;
const ZIP64_EXTRA = 0x0001;
const LOCAL_BYTES = 30;
/** Times and owners as Info-ZIP writes them take 28 bytes of a local header's extra field. */
const LIKELY_EXTRA = 64;

interface Record extends Omit<ZipEntry, 'open' | 'chunks' | 'packed'> {
  /** Where its local header starts. */
  readonly offset: number;
  readonly nameBytes: number;
}

/**
 * Lists a zip archive from its central directory; nothing is unpacked until asked. CRCs are left to
 * the caller to compare, since other writers of torch archives leave them zero.
 *
 * @param limits default what a file of weights needs
 * @throws FormatError for absolute or `..` names, duplicates, encryption, overlapping entries,
 *   methods other than stored and deflate, or more than the limits
 */
export async function readZip(
  source: ByteSource,
  limits: ZipLimits = WEIGHTS,
): Promise<Map<string, ZipEntry>> {
  const { offset, size, count } = await findDirectory(source);
  if (count > limits.entries || size > limits.entries * 1024) {
    throw new FormatError('too-large', `zip: ${count} entries, limit ${limits.entries}`);
  }
  const records = parseDirectory(await source.read(offset, size), count);
  checkRecords(records, offset, limits);
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
    const nameBytes = directory.getUint16(at + 28, true);
    const nameEnd = at + 46 + nameBytes;
    const extraEnd = nameEnd + directory.getUint16(at + 30, true);
    const next = extraEnd + directory.getUint16(at + 32, true);
    if (next > bytes.length) throw new FormatError('truncated', 'zip: the directory is cut off');
    const flags = directory.getUint16(at + 8, true);
    const extra = bytes.subarray(nameEnd, extraEnd);
    const name = decodeName(bytes.subarray(at + 46, nameEnd), flags, extra);
    if (flags & 1) throw new FormatError('unsupported', `zip: "${name}" is encrypted`);
    const method = directory.getUint16(at + 10, true);
    if (method !== 0 && method !== 8) {
      const what = `zip: "${name}" is compressed by method ${method}; use deflate`;
      throw new FormatError('unsupported', what);
    }
    const wide = zip64Fields(directory, nameEnd, extraEnd);
    const field = (position: number) => {
      const value = directory.getUint32(position, true);
      return value === 0xffffffff ? (wide.shift() ?? value) : value;
    };
    const size = field(at + 24);
    const packedSize = field(at + 20);
    const offset = field(at + 42);
    // The upper half of the attributes is the mode where the writer is a Unix one (APPNOTE 4.4.15).
    const mode = directory.getUint32(at + 38, true) >>> 16;
    const crc32 = directory.getUint32(at + 16, true);
    const deflated = method === 8;
    records.push({ name, size, packedSize, deflated, crc32, mode, offset, nameBytes });
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

function checkRecords(
  records: readonly Record[],
  directoryStart: number,
  { entryBytes, totalBytes }: ZipLimits,
): void {
  const names = new Set<string>();
  for (const { name, size } of records) {
    if (name.startsWith('/') || /(^|\/)\.\.(\/|$)|^[A-Za-z]:|\0/.test(name)) {
      throw new FormatError('forbidden-name', `zip: an entry name leaves the archive: "${name}"`);
    }
    for (const part of name.split('/')) checkName(part, 'zip');
    if (names.has(name)) throw new FormatError('duplicate-name', `zip: "${name}" twice`);
    names.add(name);
    if (size > entryBytes) throw new FormatError('too-large', `zip: "${name}" of ${size} bytes`);
  }
  if (records.reduce((total, { size }) => total + size, 0) > totalBytes) {
    throw new FormatError('too-large', `zip: unpacks to more than ${totalBytes} bytes`);
  }
  // Entries that share bytes are how a small archive unpacks to petabytes.
  let free = 0;
  for (const { name, offset, packedSize } of [...records].sort((a, b) => a.offset - b.offset)) {
    if (offset < free) throw new FormatError('bad-offset', `zip: "${name}" overlaps another entry`);
    free = offset + LOCAL_BYTES + packedSize;
  }
  if (free > directoryStart)
    throw new FormatError('bad-offset', 'zip: entries overlap the directory');
}

function entryOf(source: ByteSource, { offset, nameBytes, ...record }: Record): ZipEntry {
  const { name, size, packedSize, deflated } = record;
  /** Where the content starts, counted from the local header. */
  const contentStart = (local: Uint8Array) => {
    const header = view(local);
    if (header.getUint32(0, true) !== LOCAL) {
      throw new FormatError('bad-header', `zip: "${name}" has no local header`);
    }
    return LOCAL_BYTES + header.getUint16(26, true) + header.getUint16(28, true);
  };
  const packed = async () => {
    // Header and content in one read, unless the extra field is longer than any in use.
    const likely = LOCAL_BYTES + nameBytes + LIKELY_EXTRA + packedSize;
    const bytes = await source.read(offset, Math.min(likely, source.size - offset));
    const start = contentStart(bytes);
    return start + packedSize <= bytes.length
      ? bytes.subarray(start, start + packedSize)
      : source.read(offset + start, packedSize);
  };
  const content = async () => {
    const start = contentStart(await source.read(offset, LOCAL_BYTES));
    return sliceSource(source, offset + start, packedSize);
  };
  return {
    ...record,
    packed,
    async open() {
      if (deflated) return bytesSource(await inflate(await packed(), 'deflate-raw', size));
      if (packedSize !== size) {
        throw new FormatError('bad-header', `zip: "${name}" has two sizes`);
      }
      return content();
    },
    async *chunks() {
      yield* inflateChunks(await content(), deflated ? 'deflate-raw' : null, size);
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
