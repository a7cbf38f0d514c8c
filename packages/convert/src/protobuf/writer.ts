const utf8 = new TextEncoder();

const VARINT = 0;
const LENGTH_DELIMITED = 2;
const FIXED32 = 5;

/**
 * Writes protocol buffer messages. Parts are kept by reference and copied once, in `finish`, so a
 * 240 MB tensor costs its size once however deep its message lies.
 */
export class ProtobufWriter {
  readonly #parts: Uint8Array[] = [];
  #length = 0;

  /** Non-negative integer up to 2^53, as int32, int64, uint64, bool or enum. */
  integer(field: number, value: number): this {
    return this.#push(varint(tag(field, VARINT))).#push(varint(value));
  }

  float(field: number, value: number): this {
    const bytes = new Uint8Array(4);
    new DataView(bytes.buffer).setFloat32(0, value, true);
    return this.#push(varint(tag(field, FIXED32))).#push(bytes);
  }

  bytes(field: number, value: Uint8Array): this {
    return this.#push(varint(tag(field, LENGTH_DELIMITED)))
      .#push(varint(value.length))
      .#push(value);
  }

  string(field: number, value: string): this {
    return this.bytes(field, utf8.encode(value));
  }

  /** Repeated integers in one length-delimited run. */
  packed(field: number, values: readonly number[]): this {
    return this.message(field, (run) => {
      for (const value of values) run.#push(varint(value));
    });
  }

  message(field: number, write: (inner: ProtobufWriter) => void): this {
    const inner = new ProtobufWriter();
    write(inner);
    return this.embed(field, inner);
  }

  /** Adds a message written before. */
  embed(field: number, inner: ProtobufWriter): this {
    this.#push(varint(tag(field, LENGTH_DELIMITED))).#push(varint(inner.#length));
    for (const part of inner.#parts) this.#push(part);
    return this;
  }

  finish(): Uint8Array {
    const bytes = new Uint8Array(this.#length);
    let position = 0;
    for (const part of this.#parts) {
      bytes.set(part, position);
      position += part.length;
    }
    return bytes;
  }

  #push(part: Uint8Array): this {
    this.#parts.push(part);
    this.#length += part.length;
    return this;
  }
}

function tag(field: number, wireType: number): number {
  return field * 8 + wireType;
}

/** Arithmetic, not bit operations: lengths may pass 2^31. */
function varint(value: number): Uint8Array {
  if (!Number.isSafeInteger(value) || value < 0) {
    throw new RangeError(`protobuf integers here are whole and not negative, got ${value}`);
  }
  const bytes: number[] = [];
  let rest = value;
  while (rest >= 0x80) {
    bytes.push((rest % 0x80) | 0x80);
    rest = Math.floor(rest / 0x80);
  }
  bytes.push(rest);
  return Uint8Array.from(bytes);
}
