import { FormatError } from '../format-error.js';
import { latin1 } from '../text.js';

const utf8 = new TextDecoder('utf-8', { fatal: true });

/** The cursor of a pickle machine: little-endian fields and text lines, bounds checked. */
export class PickleReader {
  readonly bytes: Uint8Array;
  readonly #view: DataView;
  position: number;

  constructor(bytes: Uint8Array, start: number) {
    this.bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.position = start;
  }

  take(length: number): Uint8Array {
    const start = this.#advance(length);
    return this.bytes.subarray(start, start + length);
  }

  uint8(): number {
    return this.#view.getUint8(this.#advance(1));
  }

  uint16(): number {
    return this.#view.getUint16(this.#advance(2), true);
  }

  int32(): number {
    return this.#view.getInt32(this.#advance(4), true);
  }

  uint32(): number {
    return this.#view.getUint32(this.#advance(4), true);
  }

  /** A 64-bit length; one past 2^53 is beyond any file. */
  uint64(): number {
    const value = this.#view.getBigUint64(this.#advance(8), true);
    if (value > BigInt(Number.MAX_SAFE_INTEGER)) {
      throw new FormatError('too-large', `pickle: a length of ${value} bytes`);
    }
    return Number(value);
  }

  float64(): number {
    return this.#view.getFloat64(this.#advance(8), false);
  }

  utf8(length: number): string {
    try {
      return utf8.decode(this.take(length));
    } catch (cause) {
      if (cause instanceof FormatError) throw cause;
      throw new FormatError('bad-header', 'pickle: text is not UTF-8', { cause });
    }
  }

  /** Up to the next newline, which is consumed; protocol 0 arguments. */
  line(): string {
    const end = this.bytes.indexOf(0x0a, this.position);
    if (end < 0) throw new FormatError('truncated', 'pickle: ends inside a line');
    const text = latin1(this.take(end - this.position));
    this.position = end + 1;
    return text;
  }

  /** Two's complement, little-endian; Python ints of a weights file fit 32 bytes. */
  long(length: number): number | bigint {
    if (length > 32) throw new FormatError('too-large', `pickle: an integer of ${length} bytes`);
    const bytes = this.take(length);
    let value = 0n;
    for (let index = length - 1; index >= 0; index--) {
      value = (value << 8n) | BigInt(bytes[index] ?? 0);
    }
    return shrink(BigInt.asIntN(length * 8, value));
  }

  #advance(length: number): number {
    const start = this.position;
    if (length < 0 || start + length > this.bytes.length) {
      throw new FormatError(
        'truncated',
        `pickle: ends at byte ${this.bytes.length}, inside a value`,
      );
    }
    this.position = start + length;
    return start;
  }
}

/** A number where that is exact, else the bigint itself. */
export function shrink(value: bigint): number | bigint {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}
