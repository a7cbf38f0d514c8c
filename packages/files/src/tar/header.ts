import { TAR_BLOCK } from './write-tar.js';

/** What one 512-byte ustar header says (POSIX.1-2017 pax, "ustar Interchange Format"). */
export interface TarHeader {
  readonly path: string;
  /** Bytes of content that follow the header. */
  readonly size: number;
  /** POSIX type flag: `0` file, `5` folder, `1`/`2` links, `x`/`g` pax records, `L` GNU long name … */
  readonly type: string;
}

/**
 * Reads one header block.
 *
 * @returns `null` for a block of zeros, which ends an archive.
 * @throws {Error} when the checksum or a number field is wrong.
 */
export function parseTarHeader(block: Uint8Array): TarHeader | null {
  if (block.every((byte) => byte === 0)) return null;
  const sum = readNumber(block, 148, 8);
  // The checksum is taken with its own eight bytes as spaces.
  let expected = 8 * 32;
  for (let i = 0; i < TAR_BLOCK; i++) if (i < 148 || i >= 156) expected += block[i] ?? 0;
  if (sum !== expected) throw new Error('wrong checksum');

  const name = readText(block, 0, 100);
  // Only POSIX ustar has a prefix field; GNU archives ("ustar  ") keep times there.
  const prefix = readText(block, 257, 6) === 'ustar' ? readText(block, 345, 155) : '';
  const flag = block[156] ?? 0;
  const path = prefix === '' ? name : `${prefix}/${name}`;
  // Before POSIX, a folder was a file whose name ends in a slash; flag 7 is a contiguous file.
  const isFile = flag === 0 || flag === 0x30 || flag === 0x37;
  const type = isFile ? (path.endsWith('/') ? '5' : '0') : String.fromCharCode(flag);
  return { path, size: type === '5' ? 0 : readNumber(block, 124, 12), type };
}

/** Key-value records of a pax header: lines of `length key=value\n`; `null` when they are damaged. */
export function parsePaxRecords(bytes: Uint8Array): Map<string, string> | null {
  const records = new Map<string, string>();
  const decoder = new TextDecoder();
  let at = 0;
  while (at < bytes.length) {
    const space = bytes.indexOf(0x20, at);
    const length = Number(decoder.decode(bytes.subarray(at, Math.max(at, space))));
    if (!Number.isInteger(length) || length < 5 || at + length > bytes.length) {
      return null;
    }
    const line = decoder.decode(bytes.subarray(space + 1, at + length - 1));
    const equals = line.indexOf('=');
    records.set(line.slice(0, equals), line.slice(equals + 1));
    at += length;
  }
  return records;
}

function readText(block: Uint8Array, start: number, length: number): string {
  const field = block.subarray(start, start + length);
  const end = field.indexOf(0);
  return new TextDecoder().decode(end === -1 ? field : field.subarray(0, end));
}

/** An octal field, or GNU's base-256 form (first bit set) for sizes of 8 GiB and more. */
function readNumber(block: Uint8Array, start: number, length: number): number {
  const first = block[start] ?? 0;
  let value = 0;
  if (first & 0x80) {
    value = first & 0x7f;
    for (let i = 1; i < length; i++) value = value * 256 + (block[start + i] ?? 0);
  } else {
    const text = readText(block, start, length).trim();
    value = /^[0-7]*$/.test(text) ? Number.parseInt(text || '0', 8) : Number.NaN;
  }
  if (!Number.isSafeInteger(value)) throw new Error('a number field is damaged');
  return value;
}
