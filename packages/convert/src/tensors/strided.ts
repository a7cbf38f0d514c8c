import { type ByteSource, sliceSource } from '@alexnet/files';
import { FormatError } from '../format-error.js';
import { decodeFloats, FLOAT_BYTES } from './floats.js';
import type { FloatType, StoredTensor } from './tensor-file.js';

/** A run of numbers inside a file that several tensors may look at. */
export interface Storage {
  readonly dtype: FloatType;
  /** Numbers in the run. */
  readonly length: number;
  readonly source: ByteSource;
  /** Numbers start with their most significant byte; default false. */
  readonly bigEndian?: boolean;
}

/** One tensor's way through a storage; offset and strides in elements. */
export interface View {
  readonly offset: number;
  readonly shape: readonly number[];
  readonly strides: readonly number[];
}

const MAX_TENSOR_BYTES = 2 ** 30;

/**
 * A tensor as a strided look at a storage, checked to stay inside it.
 *
 * @throws FormatError bad-shape, bad-offset, too-large
 */
export function stridedTensor(name: string, storage: Storage, view: View): StoredTensor {
  const { offset, shape, strides } = view;
  const count = (value: number) => Number.isSafeInteger(value) && value >= 0;
  if (shape.length !== strides.length || shape.length > 16 || !shape.every(count)) {
    throw new FormatError('bad-shape', `"${name}" has an impossible shape or stride`);
  }
  const elements = shape.reduce((product, side) => product * side, 1);
  if (elements * 4 > MAX_TENSOR_BYTES) {
    throw new FormatError('too-large', `"${name}" of ${elements} numbers`);
  }
  if (elements > storage.length) {
    // Strides of 0 would make gigabytes out of a few bytes; weights are never stored like that.
    throw new FormatError('bad-shape', `"${name}" has more numbers than its storage`);
  }
  const span = shape.reduce((sum, side, axis) => sum + (side - 1) * (strides[axis] ?? 0), 1);
  const used = elements === 0 ? 0 : span;
  if (!strides.every(count) || !count(offset) || offset + used > storage.length) {
    throw new FormatError('bad-offset', `"${name}" reaches outside its ${storage.length} numbers`);
  }
  const width = FLOAT_BYTES[storage.dtype];
  const plain = isRowMajor(shape, strides) && !storage.bigEndian;
  return {
    dtype: storage.dtype,
    shape,
    ...(plain ? { bytes: sliceSource(storage.source, offset * width, used * width) } : {}),
    async read() {
      const stored = await storage.source.read(offset * width, used * width);
      const bytes = storage.bigEndian ? swapBytes(stored, width) : stored;
      const values = decodeFloats(storage.dtype, bytes);
      return isRowMajor(shape, strides) ? values : gather(values, shape, strides, elements);
    },
  };
}

function swapBytes(bytes: Uint8Array, width: number): Uint8Array {
  const swapped = new Uint8Array(bytes);
  for (let at = 0; at < swapped.length; at += width) swapped.subarray(at, at + width).reverse();
  return swapped;
}

/** Column-major strides of a shape, the order of Fortran and MATLAB. */
export function columnMajor(shape: readonly number[]): number[] {
  return rowMajor([...shape].reverse()).reverse();
}

/** Row-major strides of a shape. */
export function rowMajor(shape: readonly number[]): number[] {
  const strides: number[] = [];
  let step = 1;
  for (const side of [...shape].reverse()) {
    strides.unshift(step);
    step *= side;
  }
  return strides;
}

/** Sides of 1 may carry any stride. */
function isRowMajor(shape: readonly number[], strides: readonly number[]): boolean {
  const plain = rowMajor(shape);
  return shape.every((side, axis) => side <= 1 || strides[axis] === plain[axis]);
}

function gather(
  values: Float32Array,
  shape: readonly number[],
  strides: readonly number[],
  elements: number,
): Float32Array {
  const result = new Float32Array(elements);
  const index = shape.map(() => 0);
  let from = 0;
  for (let position = 0; position < elements; position++) {
    result[position] = values[from] ?? 0;
    // Count up like an odometer, the last axis fastest.
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      const next = (index[axis] ?? 0) + 1;
      from += strides[axis] ?? 0;
      if (next < (shape[axis] ?? 0)) {
        index[axis] = next;
        break;
      }
      index[axis] = 0;
      from -= next * (strides[axis] ?? 0);
    }
  }
  return result;
}
