import { asSource, type ByteSource, checkName, sliceSource } from '@alexnet/files';
import { maskedCrc32c } from '@alexnet/files/checksums';
import { FormatError } from '../format-error.js';
import { type ProtobufField, readFields } from '../protobuf/reader.js';
import { FLOAT_BYTES } from '../tensors/floats.js';
import { rowMajor, stridedTensor } from '../tensors/strided.js';
import type { FloatType, StoredTensors } from '../tensors/tensor-file.js';
import { readTable } from './read-table.js';

/** Opens shard `index` of `count`, the file `<prefix>.data-<index>-of-<count>`. */
export type OpenShard = (index: number, count: number) => Promise<ByteSource>;

/** DataType of types.proto. */
const TYPES: Readonly<Record<number, FloatType>> = { 1: 'f32', 2: 'f64', 14: 'bf16', 19: 'f16' };
const MAX_INDEX_BYTES = 64 * 2 ** 20;

interface Entry {
  readonly type: number;
  readonly shape: readonly number[];
  readonly shard: number;
  readonly offset: number;
  readonly size: number;
  /** Masked CRC-32C of the bytes; null where the index has none. */
  readonly sum: number | null;
}

/**
 * Reads the float variables of a TensorFlow V2 checkpoint, or of a SavedModel's
 * `variables/variables.index`, by their keys. Only variables: no graph is read.
 *
 * @throws FormatError
 */
export async function readCheckpoint(
  index: Uint8Array | ByteSource,
  openShard: OpenShard,
): Promise<StoredTensors> {
  const source = asSource(index);
  if (source.size > MAX_INDEX_BYTES)
    throw new FormatError('too-large', 'tensorflow: index too long');
  const table = readTable(await source.read(0, source.size));
  const shards = shardCount(table.get(''));
  const opened = new Map<number, ByteSource>();
  const tensors: StoredTensors = new Map();
  for (const [name, message] of table) {
    if (name === '') continue;
    const { type, shape, shard, offset, size, sum } = parseEntry(name, message);
    const dtype = TYPES[type];
    if (!dtype) continue;
    checkName(name, 'tensorflow');
    if (shard >= shards)
      throw new FormatError('bad-offset', `tensorflow: "${name}" in shard ${shard}`);
    const file = opened.get(shard) ?? (await openShard(shard, shards));
    opened.set(shard, file);
    const length = size / FLOAT_BYTES[dtype];
    if (length !== shape.reduce((product, side) => product * side, 1)) {
      throw new FormatError(
        'bad-shape',
        `tensorflow: "${name}" has ${length} numbers for [${shape}]`,
      );
    }
    const storage = { dtype, length, source: checked(name, sliceSource(file, offset, size), sum) };
    tensors.set(name, stridedTensor(name, storage, { offset: 0, shape, strides: rowMajor(shape) }));
  }
  return tensors;
}

/** The bytes of a variable, whose checksum is compared when all of them are read. */
function checked(name: string, source: ByteSource, sum: number | null): ByteSource {
  if (sum === null) return source;
  return {
    size: source.size,
    async read(offset, length) {
      const bytes = await source.read(0, source.size);
      if (maskedCrc32c(bytes) !== sum) {
        throw new FormatError(
          'bad-header',
          `tensorflow: "${name}" is damaged: its checksum does not match; download the files again`,
        );
      }
      return bytes.subarray(offset, offset + length);
    },
  };
}

/** BundleHeaderProto: shards, and the byte order, 0 for little-endian. */
function shardCount(header: Uint8Array | undefined): number {
  if (!header) throw new FormatError('bad-header', 'tensorflow: an index without header');
  let shards = 1;
  for (const item of readFields(header)) {
    if (item.field === 1) shards = integer(item);
    if (item.field === 2 && integer(item) !== 0) {
      throw new FormatError('unsupported', 'tensorflow: numbers in big-endian order');
    }
  }
  if (shards < 1 || shards > 10_000)
    throw new FormatError('too-large', `tensorflow: ${shards} shards`);
  return shards;
}

/** BundleEntryProto. */
function parseEntry(name: string, message: Uint8Array): Entry {
  const entry = {
    type: 0,
    shape: [] as number[],
    shard: 0,
    offset: 0,
    size: 0,
    sum: null as number | null,
  };
  for (const item of readFields(message)) {
    if (item.field === 1) entry.type = integer(item);
    if (item.field === 2 && item.kind === 'bytes') entry.shape = parseShape(item.data);
    if (item.field === 3) entry.shard = integer(item);
    if (item.field === 4) entry.offset = integer(item);
    if (item.field === 5) entry.size = integer(item);
    if (item.field === 6 && item.kind === 'fixed32') {
      entry.sum = new DataView(item.data.buffer, item.data.byteOffset, 4).getUint32(0, true);
    }
    if (item.field === 7)
      throw new FormatError('unsupported', `tensorflow: "${name}" is in slices`);
  }
  return entry;
}

/** TensorShapeProto: a message per side. */
function parseShape(message: Uint8Array): number[] {
  const sides: number[] = [];
  for (const item of readFields(message)) {
    if (item.field !== 2 || item.kind !== 'bytes') continue;
    let side = 0;
    for (const part of readFields(item.data)) if (part.field === 1) side = integer(part);
    sides.push(side);
    if (sides.length > 16) throw new FormatError('bad-shape', 'tensorflow: a rank over 16');
  }
  return sides;
}

function integer(item: ProtobufField): number {
  if (item.kind === 'varint') return item.value;
  throw new FormatError('bad-header', 'tensorflow: a field of the wrong type');
}
