import { checkName } from '@alexnet/files';
import { FormatError } from '../format-error.js';
import type { Limits } from '../limits.js';
import { parseStrictJson } from '../parse-strict-json.js';
import { isSafetensorsDtype, SAFETENSORS_DTYPES, type SafetensorsDtype } from './dtype.js';

export interface SafetensorsEntry {
  readonly name: string;
  readonly dtype: SafetensorsDtype;
  readonly shape: readonly number[];
  /** Bytes from the start of the data section. */
  readonly begin: number;
  readonly end: number;
}

export interface SafetensorsHeader {
  /** In file order. */
  readonly entries: readonly SafetensorsEntry[];
  readonly metadata: ReadonlyMap<string, string>;
}

/**
 * Reads the 8-byte length that starts a file.
 *
 * @param prefix the first 8 bytes; @param fileBytes size of the whole file
 * @returns bytes of JSON that follow
 * @throws FormatError truncated, not-this-format, too-large
 */
export function parseHeaderLength(prefix: Uint8Array, fileBytes: number, limits: Limits): number {
  if (prefix.length < 8) {
    throw new FormatError(
      'truncated',
      `safetensors: ${prefix.length} bytes, a file has at least 8`,
    );
  }
  const length = new DataView(prefix.buffer, prefix.byteOffset, 8).getBigUint64(0, true);
  if (length > BigInt(limits.headerBytes)) {
    if (prefix[0] === 0x3c) {
      throw new FormatError('not-this-format', 'a web page saved as weights; download it again');
    }
    throw new FormatError(
      'too-large',
      `safetensors: header of ${length} bytes, limit ${limits.headerBytes}; this may be another format`,
    );
  }
  if (8 + Number(length) > fileBytes) {
    throw new FormatError(
      'truncated',
      `safetensors: header of ${length} bytes, file of ${fileBytes}`,
    );
  }
  return Number(length);
}

/**
 * Checks and reads the JSON header. As strict as the Rust library: offsets contiguous from 0, no
 * hole, no overlap, each tensor exactly shape × dtype bytes, the last one ending the file.
 *
 * @param json header bytes, starting with "{"; @param dataBytes bytes after the header
 * @throws FormatError
 */
export function parseHeader(
  json: Uint8Array,
  dataBytes: number,
  limits: Limits,
): SafetensorsHeader {
  if (json[0] !== 0x7b) {
    throw new FormatError('not-this-format', 'safetensors: header does not start with "{"');
  }
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(json);
  } catch (cause) {
    throw new FormatError('bad-header', 'safetensors: header is not UTF-8', { cause });
  }
  const root = parseStrictJson(text, 'safetensors header', limits.depth) as Record<string, unknown>;
  const named = Object.entries(root).filter(([name]) => name !== '__metadata__');
  if (named.length > limits.tensors) {
    throw new FormatError(
      'too-large',
      `safetensors: ${named.length} tensors, limit ${limits.tensors}`,
    );
  }
  const entries = named
    .map(([name, value]) => parseEntry(name, value, limits))
    .sort((a, b) => a.begin - b.begin || a.end - b.end);
  let position = 0;
  for (const { name, begin, end } of entries) {
    if (begin !== position) {
      const what = begin > position ? 'a hole before' : 'an overlap at';
      throw new FormatError('bad-offset', `safetensors: ${what} "${name}" (byte ${begin})`);
    }
    position = end;
  }
  if (position !== dataBytes) {
    const code = position > dataBytes ? 'truncated' : 'bad-offset';
    throw new FormatError(
      code,
      `safetensors: tensors take ${position} bytes, the file has ${dataBytes}`,
    );
  }
  return { entries, metadata: parseMetadata(root.__metadata__) };
}

function parseEntry(name: string, value: unknown, limits: Limits): SafetensorsEntry {
  const { dtype, shape, data_offsets: offsets, ...rest } = isObject(value) ? value : {};
  if (!Array.isArray(shape) || !Array.isArray(offsets) || offsets.length !== 2) {
    throw new FormatError(
      'bad-header',
      `safetensors: "${name}" lacks dtype, shape or data_offsets`,
    );
  }
  if (Object.keys(rest).length > 0) {
    throw new FormatError('bad-header', `safetensors: "${name}" has an unknown field`);
  }
  if (!isSafetensorsDtype(dtype)) {
    throw new FormatError('bad-dtype', `safetensors: "${name}" has unknown dtype ${String(dtype)}`);
  }
  if (shape.length > limits.rank || !shape.every(isCount)) {
    throw new FormatError('bad-shape', `safetensors: "${name}" has an impossible shape`);
  }
  const [begin, end] = offsets;
  if (!isCount(begin) || !isCount(end) || begin > end) {
    throw new FormatError('bad-offset', `safetensors: "${name}" has impossible offsets`);
  }
  const bytes = shape.reduce((product, side) => product * side, SAFETENSORS_DTYPES[dtype]);
  if (bytes > limits.tensorBytes) {
    throw new FormatError(
      'too-large',
      `safetensors: "${name}" of ${bytes} bytes, limit ${limits.tensorBytes}`,
    );
  }
  if (bytes !== end - begin) {
    throw new FormatError(
      'bad-shape',
      `safetensors: "${name}" has ${end - begin} bytes, its shape needs ${bytes}`,
    );
  }
  return { name, dtype, shape, begin, end };
}

function parseMetadata(value: unknown): Map<string, string> {
  const metadata = new Map<string, string>();
  if (value === undefined) return metadata;
  if (!isObject(value)) {
    throw new FormatError('bad-header', 'safetensors: __metadata__ is not an object');
  }
  for (const [key, text] of Object.entries(value)) {
    if (typeof text !== 'string') {
      throw new FormatError('bad-header', `safetensors: __metadata__.${key} is not a string`);
    }
    checkName(key, 'safetensors __metadata__');
    metadata.set(key, text);
  }
  return metadata;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}
