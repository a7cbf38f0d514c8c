import type { RgbImage } from '@alexnet/files/image';
import type { Sample } from './augment-op.js';

/** A sample as image; a chain that was built never gets here with floats. */
export function asImage(sample: Sample): RgbImage {
  const { width, height, data } = sample;
  if (data instanceof Float32Array) throw new TypeError('a uint8 sample was promised');
  return { width, height, data };
}
