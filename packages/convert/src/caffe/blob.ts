import { bytesSource } from '@alexnet/files';
import type { Weight } from '@alexnet/model';
import { FormatError } from '../format-error.js';
import { readFields, readPacked } from '../protobuf/reader.js';
import type { ProtobufWriter } from '../protobuf/writer.js';
import { FLOAT_BYTES } from '../tensors/floats.js';
import { rowMajor, stridedTensor } from '../tensors/strided.js';
import type { StoredTensor } from '../tensors/tensor-file.js';

/**
 * Reads a BlobProto. As Caffe does, the legacy dimensions win if any is present, and doubles win
 * over floats. Packed and unpacked numbers, in any number of runs; `diff` is skipped.
 *
 * @throws FormatError bad-shape when dimensions and numbers disagree
 */
export function parseBlob(name: string, message: Uint8Array): StoredTensor {
  const legacy = new Map<number, number>();
  const shape: number[] = [];
  const floats: Uint8Array[] = [];
  const doubles: Uint8Array[] = [];
  /** NVCaffe's and OpenCV's: floats, halves or doubles as their bytes. */
  const raw: Uint8Array[] = [];
  for (const item of readFields(message)) {
    if (item.kind === 'varint') {
      if (item.field <= 4) legacy.set(item.field, item.value);
    } else if (item.field === 12) raw.push(item.data);
    else if (item.field === 5) floats.push(item.data);
    else if (item.field === 8) doubles.push(item.data);
    else if (item.field === 7) {
      for (const part of readFields(item.data)) {
        if (part.field === 1 && part.kind === 'varint') shape.push(part.value);
        if (part.field === 1 && part.kind === 'bytes') shape.push(...readPacked(part.data));
        if (shape.length > 16)
          throw new FormatError('bad-shape', `caffe: "${name}" has rank over 16`);
      }
    }
  }
  const sides = legacy.size > 0 ? [1, 2, 3, 4].map((field) => legacy.get(field) ?? 0) : shape;
  const elements = sides.reduce((product, side) => product * side, 1);
  const bytes = join(raw.length > 0 ? raw : doubles.length > 0 ? doubles : floats);
  const width = raw.length > 0 ? bytes.length / elements : doubles.length > 0 ? 8 : 4;
  const dtype = width === 8 ? 'f64' : width === 2 ? 'f16' : 'f32';
  const length = bytes.length / FLOAT_BYTES[dtype];
  if (elements !== length) {
    throw new FormatError('bad-shape', `caffe: "${name}" has ${length} numbers for [${sides}]`);
  }
  const view = { offset: 0, shape: sides, strides: rowMajor(sides) };
  return stridedTensor(name, { dtype, length, source: bytesSource(bytes) }, view);
}

/** Writes a BlobProto of floats. `legacy` writes four old dimensions instead of a shape. */
export function writeBlob(writer: ProtobufWriter, { shape, data }: Weight, legacy = false): void {
  if (legacy) for (const [index, side] of shape.entries()) writer.integer(index + 1, side);
  writer.bytes(5, new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  if (!legacy) writer.message(7, (dimensions) => dimensions.packed(1, shape));
}

function join(parts: readonly Uint8Array[]): Uint8Array {
  const [only] = parts;
  if (only && parts.length === 1) return only;
  const bytes = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let position = 0;
  for (const part of parts) {
    bytes.set(part, position);
    position += part.length;
  }
  return bytes;
}
