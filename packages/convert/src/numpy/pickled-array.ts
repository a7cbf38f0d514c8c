import { bytesSource } from '@alexnet/files';
import { FormatError } from '../format-error.js';
import { asCounts, asItems, asText } from '../pickle/expect.js';
import { PickleObject, type PickleValue } from '../pickle/values.js';
import { FLOAT_BYTES } from '../tensors/floats.js';
import { columnMajor, rowMajor, stridedTensor } from '../tensors/strided.js';
import type { StoredTensor } from '../tensors/tensor-file.js';
import { type NumpyType, numpyType } from './dtype.js';

/** numpy 2 renamed its private modules. */
const RECONSTRUCT = /^numpy\.(core|_core)\.multiarray\._reconstruct$/;

/** Fields of a pickled ndarray: `(version, shape, dtype, is_fortran, data)`. */
interface ArrayState {
  readonly shape: readonly number[];
  readonly dtype: PickleValue;
  readonly fortranOrder: boolean;
  /** Bytes, or a list for an array of objects. */
  readonly data: PickleValue;
}

/** The state of a pickled ndarray, null for any other value. @throws FormatError bad-header */
export function arrayState(value: PickleValue): ArrayState | null {
  if (!(value instanceof PickleObject) || !RECONSTRUCT.test(value.callee.path)) return null;
  const [, shape, dtype = null, fortran, data = null] = asItems(value.state, 'an array');
  const fortranOrder = fortran === true || fortran === 1;
  return { shape: asCounts(shape, 'an array shape'), dtype, fortranOrder, data };
}

/** A pickled array of floats as a tensor, a view on the pickle's bytes; null for any other value. */
export function pickledTensor(name: string, value: PickleValue): StoredTensor | null {
  const state = arrayState(value);
  if (!state) return null;
  const { shape, fortranOrder } = state;
  const type = pickledType(name, state.dtype);
  const bytes = rawBytes(state.data);
  const length = bytes.length / FLOAT_BYTES[type.dtype];
  if (length !== shape.reduce((product, side) => product * side, 1)) {
    throw new FormatError('bad-shape', `numpy: "${name}" has ${length} numbers for [${shape}]`);
  }
  return stridedTensor(
    name,
    { ...type, length, source: bytesSource(bytes) },
    { offset: 0, shape, strides: fortranOrder ? columnMajor(shape) : rowMajor(shape) },
  );
}

/** `dtype('f4', 0, 1)` with state `(3, '<', …)`: the byte order is in the state. */
function pickledType(name: string, value: PickleValue): NumpyType {
  if (!(value instanceof PickleObject) || value.callee.path !== 'numpy.dtype') {
    throw new FormatError('bad-header', `numpy: "${name}" has no dtype`);
  }
  const [kind] = value.args.items;
  const order = value.state === null ? '|' : asText(asItems(value.state, 'a dtype')[1], 'an order');
  return numpyType(name, order, asText(kind, 'a dtype'));
}

/** Python 3 writes bytes into old protocols as `_codecs.encode(text, 'latin1')`. */
function rawBytes(value: PickleValue): Uint8Array {
  if (value instanceof Uint8Array) return value;
  if (value instanceof PickleObject && value.callee.path === '_codecs.encode') {
    const [text, codec] = value.args.items;
    if (typeof text === 'string' && codec === 'latin1') {
      return Uint8Array.from(text, (letter) => letter.charCodeAt(0));
    }
  }
  if (value instanceof PickleObject && /^(__builtin__|builtins)\.bytes$/.test(value.callee.path)) {
    return new Uint8Array(); // bytes(), an empty array
  }
  throw new FormatError('bad-header', 'numpy: an array without bytes');
}
