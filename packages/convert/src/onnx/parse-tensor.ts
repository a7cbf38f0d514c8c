import { type ByteSource, bytesSource, sliceSource } from '@alexnet/files';
import { FormatError } from '../format-error.js';
import { readFields, readPacked, readText } from '../protobuf/reader.js';
import { FLOAT_BYTES } from '../tensors/floats.js';
import { rowMajor, stridedTensor } from '../tensors/strided.js';
import type { FloatType, StoredTensor } from '../tensors/tensor-file.js';

/** Opens a file beside the model, by its plain name. */
export type Resolve = (name: string) => Promise<ByteSource>;

/** TensorProto.DataType of the types a weight may have. */
const TYPES: Readonly<Record<number, FloatType>> = { 1: 'f32', 10: 'f16', 11: 'f64', 16: 'bf16' };

interface RawTensor {
  name: string;
  type: number;
  shape: number[];
  /** Where the numbers are: one of these, or none for an empty tensor. */
  raw: Uint8Array | null;
  runs: Uint8Array[];
  halves: number[];
  external: Map<string, string> | null;
}

/**
 * Reads a TensorProto: its name, and its numbers unless it holds integers (null), as shapes do.
 * Numbers may be raw, in typed fields, or in another file, which `resolve` opens.
 *
 * @throws FormatError bad-shape, forbidden-name for a path that is no plain name, unsupported
 */
export async function parseTensor(
  message: Uint8Array,
  resolve: Resolve | undefined,
): Promise<{ readonly name: string; readonly tensor: StoredTensor | null }> {
  const raw = fieldsOf(message);
  const { name, shape } = raw;
  const dtype = TYPES[raw.type];
  if (!dtype) return { name, tensor: null };
  const source = raw.external
    ? await externalSource(name, raw.external, resolve)
    : bytesSource(bytesOf(raw, dtype));
  const length = source.size / FLOAT_BYTES[dtype];
  if (length !== shape.reduce((product, side) => product * side, 1)) {
    throw new FormatError('bad-shape', `ONNX: "${name}" has ${length} numbers for [${shape}]`);
  }
  const view = { offset: 0, shape, strides: rowMajor(shape) };
  return { name, tensor: stridedTensor(name, { dtype, length, source }, view) };
}

function fieldsOf(message: Uint8Array): RawTensor {
  const tensor: RawTensor = {
    name: '',
    type: 0,
    shape: [],
    raw: null,
    runs: [],
    halves: [],
    external: null,
  };
  for (const item of readFields(message)) {
    if (item.kind === 'varint') {
      if (item.field === 1) tensor.shape.push(item.value);
      if (item.field === 2) tensor.type = item.value;
      if (item.field === 5) tensor.halves.push(item.value);
      if (item.field === 14 && item.value === 1) tensor.external ??= new Map();
      continue;
    }
    if (item.field === 1) tensor.shape.push(...readPacked(item.data));
    if (item.field === 4 || item.field === 10) tensor.runs.push(item.data);
    if (item.field === 5) for (const value of readPacked(item.data)) tensor.halves.push(value);
    if (item.field === 8) tensor.name = readText(item.data);
    if (item.field === 9) tensor.raw = item.data;
    if (item.field === 13) {
      tensor.external ??= new Map();
      tensor.external.set(...keyValue(item.data));
    }
    if (tensor.shape.length > 16) throw new FormatError('bad-shape', 'ONNX: a rank over 16');
  }
  return tensor;
}

function bytesOf({ raw, runs, halves }: RawTensor, dtype: FloatType): Uint8Array {
  if (raw) return raw;
  // float16 and bfloat16 travel as their bits in int32_data.
  if (dtype === 'f16' || dtype === 'bf16') return new Uint8Array(Uint16Array.from(halves).buffer);
  const bytes = new Uint8Array(runs.reduce((sum, { length }) => sum + length, 0));
  let position = 0;
  for (const run of runs) {
    bytes.set(run, position);
    position += run.length;
  }
  return bytes;
}

async function externalSource(
  name: string,
  external: ReadonlyMap<string, string>,
  resolve: Resolve | undefined,
): Promise<ByteSource> {
  const location = external.get('location') ?? '';
  if (!/^[^/\\:\0]+$/.test(location) || location === '..' || location === '.') {
    throw new FormatError(
      'forbidden-name',
      `ONNX: "${name}" lies in "${location}", not beside the model`,
    );
  }
  if (!resolve) {
    throw new FormatError(
      'unsupported',
      `ONNX: the numbers are in "${location}"; pass resolve to open it`,
    );
  }
  const file = await resolve(location);
  const offset = decimal(external.get('offset') ?? '0');
  return sliceSource(file, offset, decimal(external.get('length') ?? String(file.size - offset)));
}

function decimal(text: string): number {
  if (!/^\d{1,15}$/.test(text)) throw new FormatError('bad-offset', `ONNX: an offset "${text}"`);
  return Number(text);
}

/** A StringStringEntryProto. */
export function keyValue(message: Uint8Array): [key: string, value: string] {
  let key = '';
  let value = '';
  for (const item of readFields(message)) {
    if (item.kind !== 'bytes') continue;
    if (item.field === 1) key = readText(item.data);
    if (item.field === 2) value = readText(item.data);
  }
  return [key, value];
}
