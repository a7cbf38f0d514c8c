import { FormatError } from '../format-error.js';

/** One field of a message: a number for varints, bytes for everything else. */
export type ProtobufField =
  | { readonly field: number; readonly kind: 'varint'; readonly value: number }
  | {
      readonly field: number;
      readonly kind: 'fixed32' | 'fixed64' | 'bytes';
      readonly data: Uint8Array;
    };

const MAX_FIELDS = 1_000_000;

/**
 * Walks the fields of one message; nested messages come as views, to be walked in turn. Groups,
 * which no schema here uses, are refused.
 *
 * @throws FormatError truncated, bad-header, too-large
 */
export function* readFields(message: Uint8Array): Generator<ProtobufField> {
  const cursor = { message, position: 0 };
  for (let count = 0; cursor.position < message.length; count++) {
    if (count > MAX_FIELDS) throw new FormatError('too-large', 'protobuf: too many fields');
    const tag = varint(cursor);
    const field = Math.floor(tag / 8);
    if (field < 1) throw new FormatError('bad-header', 'protobuf: a field without number');
    const wireType = tag % 8;
    if (wireType === 0) yield { field, kind: 'varint', value: varint(cursor) };
    else if (wireType === 1) yield { field, kind: 'fixed64', data: take(cursor, 8) };
    else if (wireType === 2) yield { field, kind: 'bytes', data: take(cursor, varint(cursor)) };
    else if (wireType === 5) yield { field, kind: 'fixed32', data: take(cursor, 4) };
    else throw new FormatError('bad-header', `protobuf: wire type ${wireType}`);
  }
}

/** Integers of a packed run. */
export function* readPacked(run: Uint8Array): Generator<number> {
  const cursor = { message: run, position: 0 };
  while (cursor.position < run.length) yield varint(cursor);
}

export function readText(data: Uint8Array): string {
  return new TextDecoder().decode(data);
}

export function readFloat(data: Uint8Array): number {
  return new DataView(data.buffer, data.byteOffset, 4).getFloat32(0, true);
}

interface Cursor {
  readonly message: Uint8Array;
  position: number;
}

function take(cursor: Cursor, length: number): Uint8Array {
  const end = cursor.position + length;
  if (length < 0 || end > cursor.message.length) {
    throw new FormatError('truncated', 'protobuf: a field longer than its message');
  }
  const data = cursor.message.subarray(cursor.position, end);
  cursor.position = end;
  return data;
}

/** By arithmetic: lengths pass 2^31. Ten bytes are a negative int64; past 2^53 only the size is kept. */
function varint(cursor: Cursor): number {
  const start = cursor.position;
  let value = 0;
  let factor = 1;
  for (let count = 0; count < 10; count++) {
    const byte = cursor.message[cursor.position];
    if (byte === undefined) throw new FormatError('truncated', 'protobuf: ends inside a number');
    cursor.position++;
    value += (byte & 0x7f) * factor;
    if (byte < 0x80)
      return count === 9 ? signed(cursor.message.subarray(start, start + 10)) : value;
    factor *= 0x80;
  }
  throw new FormatError('bad-header', 'protobuf: a number of more than ten bytes');
}

/** A varint of ten bytes in two's complement. */
function signed(bytes: Uint8Array): number {
  const value = bytes.reduceRight((sum, byte) => (sum << 7n) | BigInt(byte & 0x7f), 0n);
  return Number(BigInt.asIntN(64, value));
}
