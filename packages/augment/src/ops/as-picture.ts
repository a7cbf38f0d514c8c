import type { Picture } from '../picture.js';
import type { Sample } from './augment-op.js';

/** A sample as picture; a chain that was built never gets here with floats. */
export function asPicture(sample: Sample): Picture {
  const { width, height, data } = sample;
  if (data instanceof Float32Array) throw new TypeError('a uint8 sample was promised');
  return { width, height, data };
}
