import { asSource, type ByteSource } from '../byte-source.js';
import { FormatError } from '../format-error.js';
import { checkName, latin1 } from '../text.js';
import { inflateUpTo } from '../zip/inflate.js';

/** A MATLAB value: numbers as stored, column-major. */
export type MatValue =
  | {
      readonly kind: 'numeric';
      readonly shape: readonly number[];
      readonly type: number;
      readonly data: Uint8Array;
    }
  | { readonly kind: 'char'; readonly text: string }
  | { readonly kind: 'cell'; readonly items: readonly MatValue[] }
  /** The fields of every element; a plain struct has one. */
  | { readonly kind: 'struct'; readonly rows: readonly ReadonlyMap<string, MatValue>[] }
  | { readonly kind: 'empty' };

/** miXXX element types. */
const MATRIX = 14;
const COMPRESSED = 15;
const UTF16 = 17;

/** mxXXX array classes. */
const CELL = 1;
const STRUCT = 2;
const CHAR = 4;
const DOUBLE = 6;
const UINT64 = 15;
const FUNCTION = 16;
const OPAQUE = 17;

const MAX_FILE_BYTES = 2 ** 30;
const MAX_DEPTH = 16;
const MAX_VALUES = 100_000;
const EMPTY: MatValue = { kind: 'empty' };

/**
 * Reads the variables of a MATLAB 5 file, compressed or not.
 *
 * @throws FormatError unsupported for the HDF5 form (v7.3), big-endian files and objects
 */
export async function readMat(input: Uint8Array | ByteSource): Promise<Map<string, MatValue>> {
  const source = asSource(input);
  if (source.size > MAX_FILE_BYTES) throw new FormatError('too-large', 'matlab: over 1 GiB');
  const bytes = await source.read(0, source.size);
  const head = latin1(bytes.subarray(0, 116));
  if (head.startsWith('MATLAB 7.3')) {
    throw new FormatError('unsupported', "matlab: version 7.3 is HDF5; save with '-v7'");
  }
  if (bytes.length < 128 || latin1(bytes.subarray(124, 128)) !== '\x00\x01IM') {
    throw new FormatError('not-this-format', 'matlab: no little-endian MATLAB 5 file');
  }
  const variables = new Map<string, MatValue>();
  const budget = { values: MAX_VALUES, bytes: MAX_FILE_BYTES };
  for (let at = 128; at < bytes.length; ) {
    const element = elementAt(bytes, at, false);
    at = element.next;
    let matrix = element.type === MATRIX ? element.data : null;
    if (element.type === COMPRESSED) {
      const inflated = await inflateUpTo(element.data, 'deflate', budget.bytes);
      budget.bytes -= inflated.length;
      const inner = elementAt(inflated, 0, true);
      if (inner.type === MATRIX) matrix = inner.data;
    }
    if (!matrix) continue;
    const { name, value } = parseMatrix(matrix, budget, 0);
    checkName(name, 'matlab');
    variables.set(name, value);
  }
  return variables;
}

interface Element {
  readonly type: number;
  readonly data: Uint8Array;
  /** Where the next one starts: elements are padded to 8 bytes, compressed ones are not. */
  readonly next: number;
}

function elementAt(bytes: Uint8Array, at: number, padded = true): Element {
  if (at + 8 > bytes.length) throw new FormatError('truncated', 'matlab: an element is cut off');
  const view = new DataView(bytes.buffer, bytes.byteOffset + at, 8);
  const word = view.getUint32(0, true);
  // Up to four bytes fit into the tag itself, their count in its upper half.
  if (word >>> 16 !== 0) {
    const size = word >>> 16;
    if (size > 4) throw new FormatError('bad-header', 'matlab: a damaged element');
    return { type: word & 0xffff, data: bytes.subarray(at + 4, at + 4 + size), next: at + 8 };
  }
  const size = view.getUint32(4, true);
  const start = at + 8;
  if (start + size > bytes.length)
    throw new FormatError('truncated', 'matlab: an element is cut off');
  const aligned = padded || word !== COMPRESSED ? Math.ceil(size / 8) * 8 : size;
  return { type: word, data: bytes.subarray(start, start + size), next: start + aligned };
}

function parseMatrix(
  bytes: Uint8Array,
  budget: { values: number },
  depth: number,
): { name: string; value: MatValue } {
  if (depth > MAX_DEPTH || budget.values-- <= 0) {
    throw new FormatError('too-large', 'matlab: too deep or too many values');
  }
  if (bytes.length === 0) return { name: '', value: EMPTY };
  const flags = elementAt(bytes, 0);
  const dimensions = elementAt(bytes, flags.next);
  const name = elementAt(bytes, dimensions.next);
  const kind = flags.data[0] ?? 0;
  // Functions and objects: their name stands where others have dimensions, and nobody reads them.
  if (kind === OPAQUE) return { name: latin1(dimensions.data.subarray(0, 256)), value: EMPTY };
  const shape = integers(dimensions.data);
  const count = shape.reduce((product, side) => product * side, 1);
  const value = parseValue(bytes, name.next, { kind, shape, count }, budget, depth);
  return { name: latin1(name.data.subarray(0, 256)), value };
}

function parseValue(
  bytes: Uint8Array,
  start: number,
  { kind, shape, count }: { kind: number; shape: readonly number[]; count: number },
  budget: { values: number },
  depth: number,
): MatValue {
  let at = start;
  const nested = (): MatValue => {
    const element = elementAt(bytes, at);
    at = element.next;
    if (element.type !== MATRIX)
      throw new FormatError('bad-header', 'matlab: a cell that is no array');
    return parseMatrix(element.data, budget, depth + 1).value;
  };
  if (kind === CELL) {
    const items: MatValue[] = [];
    while (items.length < count) items.push(nested());
    return { kind: 'cell', items };
  }
  if (kind === STRUCT) {
    const length = elementAt(bytes, at);
    const names = elementAt(bytes, length.next);
    at = names.next;
    const [width = 0] = integers(length.data);
    if (width < 1 || width > 256) throw new FormatError('bad-header', 'matlab: a damaged struct');
    const keys: string[] = [];
    for (let from = 0; from + width <= names.data.length; from += width) {
      const [key = ''] = latin1(names.data.subarray(from, from + width)).split('\0');
      checkName(key, 'matlab');
      keys.push(key);
    }
    if (keys.length === 0) return EMPTY;
    const rows: Map<string, MatValue>[] = [];
    while (rows.length < count) rows.push(new Map(keys.map((key) => [key, nested()])));
    return { kind: 'struct', rows };
  }
  if (kind === CHAR) {
    const { type, data } = elementAt(bytes, at);
    if (data.length > 100_000) throw new FormatError('too-large', 'matlab: a text too long');
    const wide = type === UTF16 || type === 4;
    const text = wide ? new TextDecoder('utf-16le').decode(data) : new TextDecoder().decode(data);
    return { kind: 'char', text };
  }
  if (kind === FUNCTION) return EMPTY;
  if (kind < DOUBLE || kind > UINT64) {
    throw new FormatError('unsupported', `matlab: an array of class ${kind}`);
  }
  if (count === 0) return EMPTY;
  const { type, data } = elementAt(bytes, at);
  return { kind: 'numeric', shape, type, data };
}

function integers(data: Uint8Array): number[] {
  if (data.length > 16 * 4) throw new FormatError('bad-shape', 'matlab: a rank over 16');
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  const values = Array.from({ length: data.length >> 2 }, (_, n) => view.getInt32(n * 4, true));
  if (values.some((value) => value < 0))
    throw new FormatError('bad-shape', 'matlab: a negative size');
  return values;
}

/** Bytes of a number by its miXXX type, and how it is read. */
const READERS: Readonly<Record<number, readonly [bytes: number, read: Reader]>> = {
  1: [1, (view, at) => view.getInt8(at)],
  2: [1, (view, at) => view.getUint8(at)],
  3: [2, (view, at) => view.getInt16(at, true)],
  4: [2, (view, at) => view.getUint16(at, true)],
  5: [4, (view, at) => view.getInt32(at, true)],
  6: [4, (view, at) => view.getUint32(at, true)],
  7: [4, (view, at) => view.getFloat32(at, true)],
  9: [8, (view, at) => view.getFloat64(at, true)],
  12: [8, (view, at) => safe(view.getBigInt64(at, true))],
  13: [8, (view, at) => safe(view.getBigUint64(at, true))],
};

type Reader = (view: DataView, at: number) => number;

function safe(value: bigint): number {
  const number = Number(value);
  if (Number.isSafeInteger(number)) return number;
  throw new FormatError('bad-dtype', 'matlab: a whole number over 2^53');
}

/** Numbers of an array, which MATLAB stores in the narrowest type that holds them; column-major. */
export function matNumbers(value: MatValue | undefined): number[] {
  if (value?.kind !== 'numeric') return [];
  const { type, data } = value;
  const reader = READERS[type];
  if (!reader) throw new FormatError('bad-dtype', `matlab: numbers of type ${type}`);
  const [width, read] = reader;
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  return Array.from({ length: Math.floor(data.length / width) }, (_, n) => read(view, n * width));
}
