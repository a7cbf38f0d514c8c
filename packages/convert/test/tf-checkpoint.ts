import { maskedCrc32c } from '@alexnet/files/checksums';
import type { Weight } from '@alexnet/model';
import type { ModelSource } from '../src/index.js';
import { ProtobufWriter } from '../src/protobuf/writer.js';
import { withParts } from './with-parts.js';

const MAGIC = [0x57, 0xfb, 0x80, 0x8b, 0x24, 0x75, 0x47, 0xdb];

/** Variables as the files of a TensorFlow checkpoint: a table of one block, and one shard. */
export function checkpoint(variables: ReadonlyMap<string, Weight>): ModelSource {
  const names = [...variables.keys()].sort();
  const entries: [string, Uint8Array][] = [['', new ProtobufWriter().integer(1, 1).finish()]];
  const data: Buffer[] = [];
  let offset = 0;
  for (const name of names) {
    const { shape, data: numbers } = variables.get(name) as Weight;
    const bytes = Buffer.from(numbers.buffer, numbers.byteOffset, numbers.byteLength);
    const entry = new ProtobufWriter()
      .integer(1, 1)
      .message(2, (sides) => {
        for (const side of shape) sides.message(2, (own) => own.integer(1, side));
      })
      .integer(4, offset)
      .integer(5, bytes.length);
    entries.push([name, entry.finish()]);
    data.push(bytes);
    offset += bytes.length;
  }
  const shard = new Map([['m.data-00000-of-00001', new Uint8Array(Buffer.concat(data))]]);
  return withParts('m.index', table(entries), shard);
}

/** A LevelDB table: its entries, an empty block, an index of one entry, and the footer. */
function table(entries: readonly (readonly [string, Uint8Array])[]): Uint8Array {
  const file: number[] = [];
  const add = (content: readonly number[]) => {
    const at = file.length;
    const typed = [...content, 0];
    const sum = maskedCrc32c(Uint8Array.from(typed));
    file.push(...typed, ...[0, 8, 16, 24].map((shift) => (sum >>> shift) & 255));
    return [...varint(at), ...varint(content.length)];
  };
  const first = add(block(entries));
  const footer = [...add(block([])), ...add(block([['~', Uint8Array.from(first)]]))];
  while (footer.length < 40) footer.push(0);
  return Uint8Array.from([...file, ...footer, ...MAGIC]);
}

/** Entries that share no start of their keys, and one restart. */
function block(entries: readonly (readonly [string, Uint8Array])[]): number[] {
  const content = entries.flatMap(([name, value]) => [
    0,
    ...varint(name.length),
    ...varint(value.length),
    ...Buffer.from(name),
    ...value,
  ]);
  return [...content, 0, 0, 0, 0, 1, 0, 0, 0];
}

function varint(value: number): number[] {
  return value < 128 ? [value] : [(value % 128) | 128, ...varint(Math.floor(value / 128))];
}
