import { bytesSource } from '@alexnet/files';
import {
  arrayBytes,
  arrayState,
  asItems,
  asText,
  PickleObject,
  type PickleValue,
} from '@alexnet/files/pickle';
import { FormatError } from '../format-error.js';
import { FLOAT_BYTES } from '../tensors/floats.js';
import { columnMajor, rowMajor, stridedTensor } from '../tensors/strided.js';
import type { StoredTensor } from '../tensors/tensor-file.js';
import { type NumpyType, numpyType } from './dtype.js';

/** A pickled array of floats as a tensor, a view on the pickle's bytes; null for any other value. */
export function pickledTensor(name: string, value: PickleValue): StoredTensor | null {
  const state = arrayState(value);
  if (!state) return null;
  const { shape, fortranOrder } = state;
  const type = pickledType(name, state.dtype);
  const bytes = arrayBytes(state.data);
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
