import { FormatError } from '../format-error.js';
import type { FloatType } from '../tensors/tensor-file.js';

const FLOATS: Readonly<Record<string, FloatType>> = { f2: 'f16', f4: 'f32', f8: 'f64' };

export interface NumpyType {
  readonly dtype: FloatType;
  readonly bigEndian: boolean;
}

/**
 * Reads numpy's array protocol typestring, `<f4` and the like.
 *
 * @throws FormatError bad-dtype for anything but floats of 2, 4 or 8 bytes
 */
export function numpyType(name: string, order: string, kind: string): NumpyType {
  const dtype = Object.hasOwn(FLOATS, kind) ? FLOATS[kind] : undefined;
  if (!dtype || !['<', '>', '|', '='].includes(order)) {
    throw new FormatError(
      'bad-dtype',
      `numpy: "${name}" holds ${order}${kind}, weights are floats`,
    );
  }
  return { dtype, bigEndian: order === '>' };
}
