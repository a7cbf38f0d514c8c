import { inflateSync } from 'node:zlib';

/** Element types of a MATLAB 5 file ("MAT-File Format", MathWorks, table 1-1). */
const MI = { int8: 1, uint8: 2, int16: 3, uint16: 4, int32: 5, uint32: 6, single: 7, double: 9 };
const MI_MATRIX = 14;
const MI_COMPRESSED = 15;
/** Array classes (table 1-3). */
const MX_STRUCT = 2;
const MX_CHAR = 4;

const HEADER = 128;
/** The development kit's file has 0.5 MB; what grows beyond this is no such file. */
const MAX_INFLATED = 64 * 1024 * 1024;
const MAX_ROWS = 100_000;
const MAX_FIELDS = 64;

/** One element of a struct array: the fields that are a text or one number. */
export type MatRow = ReadonlyMap<string, string | number>;

/**
 * Reads one struct array of a MATLAB 5 file, compressed or not: as much of the format as ImageNet's
 * `meta.mat` needs.
 *
 * @param variable Name of the array.
 * @throws {Error} when the file is another kind, damaged, or has no such array.
 */
export function readMatStructs(bytes: Uint8Array, variable: string): MatRow[] {
  const magic = new TextDecoder('latin1').decode(bytes.subarray(124, HEADER));
  if (magic !== '\x00\x01IM') throw new Error('no little-endian MATLAB 5 file');
  for (let at = HEADER; at < bytes.length; ) {
    let element = elementAt(bytes, at);
    at = element.next;
    if (element.type === MI_COMPRESSED) {
      element = elementAt(inflateSync(element.data, { maxOutputLength: MAX_INFLATED }), 0);
    }
    if (element.type !== MI_MATRIX) continue;
    const matrix = matrixOf(element.data);
    if (matrix.name === variable && matrix.kind === MX_STRUCT) return rowsOf(matrix);
  }
  throw new Error(`no struct array "${variable}"`);
}

interface Element {
  readonly type: number;
  readonly data: Uint8Array;
  readonly next: number;
}

/** One data element; up to four bytes lie in its tag itself. */
function elementAt(bytes: Uint8Array, at: number): Element {
  if (at + 8 > bytes.length) throw new Error(`cut short at byte ${at}`);
  const view = new DataView(bytes.buffer, bytes.byteOffset + at, 8);
  const tag = view.getUint32(0, true);
  const small = tag >>> 16;
  if (small > 4) throw new Error(`damaged at byte ${at}`);
  const [type, start, size] =
    small > 0 ? [tag & 0xffff, at + 4, small] : [tag, at + 8, view.getUint32(4, true)];
  if (start + size > bytes.length) throw new Error(`cut short at byte ${at}`);
  // Compressed elements are not padded, all others are to eight bytes.
  const padded = type === MI_COMPRESSED ? size : Math.ceil(size / 8) * 8;
  const next = small > 0 ? at + 8 : start + padded;
  return { type, data: bytes.subarray(start, start + size), next };
}

interface Matrix {
  readonly kind: number;
  readonly count: number;
  readonly name: string;
  /** What follows the name. */
  readonly content: Uint8Array;
}

function matrixOf(bytes: Uint8Array): Matrix {
  if (bytes.length === 0) return { kind: 0, count: 0, name: '', content: bytes };
  const flags = elementAt(bytes, 0);
  const shape = elementAt(bytes, flags.next);
  const name = elementAt(bytes, shape.next);
  const count = numbers(shape).reduce((product, side) => product * side, 1);
  const text = new TextDecoder('latin1').decode(name.data);
  return { kind: flags.data[0] ?? 0, count, name: text, content: bytes.subarray(name.next) };
}

function rowsOf({ count, content }: Matrix): MatRow[] {
  const width = elementAt(content, 0);
  const names = elementAt(content, width.next);
  const [length = 0] = numbers(width);
  const fields = length > 0 ? Math.floor(names.data.length / length) : 0;
  if (count > MAX_ROWS || fields < 1 || fields > MAX_FIELDS) {
    throw new Error(`${count} rows of ${fields} fields`);
  }
  const text = new TextDecoder('latin1').decode(names.data);
  const keys = Array.from({ length: fields }, (_, i) => {
    const [key = ''] = text.slice(i * length, (i + 1) * length).split('\0');
    return key;
  });
  let at = names.next;
  return Array.from({ length: count }, () => {
    const row = new Map<string, string | number>();
    for (const key of keys) {
      const element = elementAt(content, at);
      at = element.next;
      const value = fieldValue(element);
      if (value !== null) row.set(key, value);
    }
    return row;
  });
}

function fieldValue(element: Element): string | number | null {
  const { kind, count, content } = matrixOf(element.data);
  if (count === 0 || content.length === 0) return null;
  const inner = elementAt(content, 0);
  if (kind === MX_CHAR) {
    const wide = inner.type === MI.uint16 || inner.type === 17;
    return new TextDecoder(wide ? 'utf-16le' : 'utf-8').decode(inner.data);
  }
  return count === 1 ? (numbers(inner)[0] ?? null) : null;
}

/** Numbers are stored in the smallest type that holds them. */
function numbers({ type, data }: Element): number[] {
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  const readers: Readonly<Record<number, [bytes: number, read: (at: number) => number]>> = {
    [MI.int8]: [1, (at) => view.getInt8(at)],
    [MI.uint8]: [1, (at) => view.getUint8(at)],
    [MI.int16]: [2, (at) => view.getInt16(at, true)],
    [MI.uint16]: [2, (at) => view.getUint16(at, true)],
    [MI.int32]: [4, (at) => view.getInt32(at, true)],
    [MI.uint32]: [4, (at) => view.getUint32(at, true)],
    [MI.single]: [4, (at) => view.getFloat32(at, true)],
    [MI.double]: [8, (at) => view.getFloat64(at, true)],
  };
  const [bytes, read] = readers[type] ?? [1, () => Number.NaN];
  return Array.from({ length: Math.min(16, Math.floor(data.length / bytes)) }, (_, i) =>
    read(i * bytes),
  );
}
