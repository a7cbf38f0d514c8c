import { FormatError } from '../format-error.js';
import { asCounts, asItems } from './expect.js';
import { PickleObject, type PickleValue } from './values.js';

/** numpy 2 renamed its private modules. */
const RECONSTRUCT = /^numpy\.(core|_core)\.multiarray\._reconstruct$/;

/** Fields of a pickled ndarray: `(version, shape, dtype, is_fortran, data)`. */
export interface ArrayState {
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

/** Bytes of an array's state. Python 3 writes bytes into old protocols as `_codecs.encode(text, 'latin1')`. */
export function arrayBytes(value: PickleValue): Uint8Array {
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
