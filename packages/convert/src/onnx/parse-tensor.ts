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

/** Whether a TensorProto.DataType is one of floats. */
export function isFloat(type: number): boolean {
  return Object.hasOwn(TYPES, type);
}

interface RawTensor {
  name: string;
  type: number;
  shape: number[];
  /** Where the numbers are: one of these, or none for an empty tensor. */
  raw: Uint8Array | null;
  runs: Uint8Array[];
  integers: number[];
  external: Map<string, string> | null;
}

/** Width of the integer types in bytes, negative for the signed ones; a bool is a byte. */
const INTEGERS: Readonly<Record<number, number>> = {
  2: 1,
  3: -1,
  4: 2,
  5: -2,
  6: -4,
  7: -8,
  9: 1,
  12: 4,
  13: 8,
};
const MAX_SMALL = 4_096;

/** A constant of a graph. */
export type OnnxConstant =
  | { readonly kind: 'float'; readonly tensor: StoredTensor }
  | {
      readonly kind: 'integer';
      readonly shape: readonly number[];
      /** Bytes of a number, negative for signed ones. */
      readonly width: number;
      /** The numbers of a short one, as shapes are; null for a quantized weight. */
      readonly small: readonly number[] | null;
      read(): Promise<Float64Array>;
    }
  /** Text and other things no weight is made of. */
  | { readonly kind: 'other' };

/**
 * Reads a TensorProto. Numbers may be raw, in typed fields, or in another file, which `resolve` opens.
 *
 * @throws FormatError bad-shape, forbidden-name for a path that is no plain name, unsupported
 */
export async function parseTensor(
  message: Uint8Array,
  resolve: Resolve | undefined,
): Promise<{ readonly name: string; readonly constant: OnnxConstant }> {
  const raw = fieldsOf(message);
  const { name, shape } = raw;
  const dtype = TYPES[raw.type];
  const elements = shape.reduce((product, side) => product * side, 1);
  if (!dtype) return { name, constant: await integerConstant(raw, elements, resolve) };
  const source = raw.external
    ? await externalSource(name, raw.external, resolve)
    : bytesSource(bytesOf(raw, dtype));
  const length = source.size / FLOAT_BYTES[dtype];
  if (length !== elements) {
    throw new FormatError('bad-shape', `ONNX: "${name}" has ${length} numbers for [${shape}]`);
  }
  const view = { offset: 0, shape, strides: rowMajor(shape) };
  return {
    name,
    constant: { kind: 'float', tensor: stridedTensor(name, { dtype, length, source }, view) },
  };
}

async function integerConstant(
  raw: RawTensor,
  elements: number,
  resolve: Resolve | undefined,
): Promise<OnnxConstant> {
  const width = INTEGERS[raw.type];
  if (width === undefined) return { kind: 'other' };
  const { name, shape, external, integers } = raw;
  const source = external
    ? await externalSource(name, external, resolve)
    : raw.raw && bytesSource(raw.raw);
  const length = source ? source.size / Math.abs(width) : integers.length;
  if (length !== elements) {
    throw new FormatError('bad-shape', `ONNX: "${name}" has ${length} numbers for [${shape}]`);
  }
  const read = async () =>
    source ? decodeIntegers(await source.read(0, source.size), width) : Float64Array.from(integers);
  const small = elements <= MAX_SMALL ? [...(await read())] : null;
  return { kind: 'integer', shape, width, small, read };
}

function decodeIntegers(bytes: Uint8Array, width: number): Float64Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const size = Math.abs(width);
  const read = (at: number): number => {
    switch (width) {
      case 1:
        return view.getUint8(at);
      case -1:
        return view.getInt8(at);
      case 2:
        return view.getUint16(at, true);
      case -2:
        return view.getInt16(at, true);
      case 4:
        return view.getUint32(at, true);
      case -4:
        return view.getInt32(at, true);
      case 8:
        return Number(view.getBigUint64(at, true));
      default:
        return Number(view.getBigInt64(at, true));
    }
  };
  return Float64Array.from({ length: bytes.length / size }, (_, index) => read(index * size));
}

function fieldsOf(message: Uint8Array): RawTensor {
  const tensor: RawTensor = {
    name: '',
    type: 0,
    shape: [],
    raw: null,
    runs: [],
    integers: [],
    external: null,
  };
  for (const item of readFields(message)) {
    if (item.kind === 'varint') {
      if (item.field === 1) tensor.shape.push(item.value);
      if (item.field === 2) tensor.type = item.value;
      if (item.field === 5 || item.field === 7) tensor.integers.push(item.value);
      if (item.field === 14 && item.value === 1) tensor.external ??= new Map();
      continue;
    }
    if (item.field === 1) tensor.shape.push(...readPacked(item.data));
    if (item.field === 4 || item.field === 10) tensor.runs.push(item.data);
    if (item.field === 5 || item.field === 7) {
      for (const value of readPacked(item.data)) tensor.integers.push(value);
    }
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

function bytesOf({ raw, runs, integers }: RawTensor, dtype: FloatType): Uint8Array {
  if (raw) return raw;
  // float16 and bfloat16 travel as their bits in int32_data.
  if (dtype === 'f16' || dtype === 'bf16') return new Uint8Array(Uint16Array.from(integers).buffer);
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
