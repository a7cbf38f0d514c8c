import { latin1 } from '@alexnet/files';
import { maskedCrc32c } from '@alexnet/files/checksums';
import { FormatError } from '../format-error.js';

const FOOTER = 48;
const MAGIC = [0x57, 0xfb, 0x80, 0x8b, 0x24, 0x75, 0x47, 0xdb];
const MAX_ENTRIES = 100_000;
const MAX_KEY = 10_000;

interface Handle {
  readonly offset: number;
  readonly size: number;
}

/**
 * Reads a LevelDB-style table, the `.index` file of a TensorFlow checkpoint: key to value in
 * order. Every block's checksum is compared.
 *
 * @throws FormatError not-this-format, bad-header, truncated, unsupported for compressed blocks
 */
export function readTable(bytes: Uint8Array): Map<string, Uint8Array> {
  const footer = bytes.subarray(Math.max(0, bytes.length - FOOTER));
  if (footer.length < FOOTER || !MAGIC.every((byte, index) => footer[40 + index] === byte)) {
    throw new FormatError('not-this-format', 'tensorflow: no checkpoint index (V2)');
  }
  const cursor = new Cursor(footer);
  cursor.handle(); // of the meta index, which is empty
  const entries = new Map<string, Uint8Array>();
  for (const value of readBlock(bytes, cursor.handle()).values()) {
    for (const [key, entry] of readBlock(bytes, new Cursor(value).handle())) {
      if (entries.has(key)) throw new FormatError('duplicate-name', `tensorflow: "${key}" twice`);
      entries.set(key, entry);
      if (entries.size > MAX_ENTRIES)
        throw new FormatError('too-large', 'tensorflow: too many keys');
    }
  }
  return entries;
}

/** Entries share the start of their key with the one before; the restart array at the end is skipped. */
function readBlock(bytes: Uint8Array, { offset, size }: Handle): Map<string, Uint8Array> {
  const end = offset + size;
  if (end + 5 > bytes.length || size < 4) {
    throw new FormatError('truncated', 'tensorflow: a block outside the index');
  }
  const trailer = new DataView(bytes.buffer, bytes.byteOffset + end, 5);
  if (trailer.getUint8(0) !== 0) {
    throw new FormatError('unsupported', 'tensorflow: a compressed index');
  }
  if (maskedCrc32c(bytes.subarray(offset, end + 1)) !== trailer.getUint32(1, true)) {
    throw new FormatError('bad-header', 'tensorflow: a block of the index is damaged');
  }
  const block = bytes.subarray(offset, end);
  const view = new DataView(block.buffer, block.byteOffset, block.length);
  const restarts = view.getUint32(size - 4, true);
  const dataEnd = size - 4 - 4 * restarts;
  if (dataEnd < 0) throw new FormatError('bad-header', 'tensorflow: a block of restarts only');
  const cursor = new Cursor(block.subarray(0, dataEnd));
  const entries = new Map<string, Uint8Array>();
  let key = '';
  while (!cursor.atEnd) {
    const shared = cursor.varint();
    const rest = cursor.varint();
    const length = cursor.varint();
    if (shared > key.length || shared + rest > MAX_KEY) {
      throw new FormatError('bad-header', 'tensorflow: a key that cannot be');
    }
    key = key.slice(0, shared) + latin1(cursor.take(rest));
    entries.set(key, cursor.take(length));
  }
  return entries;
}

class Cursor {
  readonly #bytes: Uint8Array;
  #position = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  get atEnd(): boolean {
    return this.#position >= this.#bytes.length;
  }

  take(length: number): Uint8Array {
    const end = this.#position + length;
    if (end > this.#bytes.length)
      throw new FormatError('truncated', 'tensorflow: an entry is cut off');
    const taken = this.#bytes.subarray(this.#position, end);
    this.#position = end;
    return taken;
  }

  handle(): Handle {
    return { offset: this.varint(), size: this.varint() };
  }

  varint(): number {
    let value = 0;
    for (let factor = 1; factor <= 0x80 ** 7; factor *= 0x80) {
      const [byte = 0] = this.take(1);
      value += (byte & 0x7f) * factor;
      if (byte < 0x80) return value;
    }
    throw new FormatError('bad-header', 'tensorflow: a number past 2^53');
  }
}
