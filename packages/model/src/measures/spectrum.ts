import { ModelError } from '../model-error.js';
/** Real and imaginary parts of a two-dimensional Fourier transform, `[size · size]`, zero frequency first. */
export interface Spectrum {
  readonly re: Float64Array;
  readonly im: Float64Array;
}

/** Side of the zero-padded transform: fine enough to find the peak of an 11×11 filter. */
export const SPECTRUM_SIZE = 32;

/**
 * Fourier transform of a small plane, zero-padded to 32×32; rows first, then columns.
 *
 * @param plane `[height · width]`, row by row, sides up to 32.
 */
export function spectrum(plane: Float64Array, height: number, width: number): Spectrum {
  const size = SPECTRUM_SIZE;
  if (height > size || width > size) {
    throw new ModelError(
      'bad-argument',
      `The transform takes filters up to ${size}×${size}, not ${height}×${width}.`,
    );
  }
  const cos = Float64Array.from({ length: size }, (_, i) => Math.cos((2 * Math.PI * i) / size));
  const sin = Float64Array.from({ length: size }, (_, i) => Math.sin((2 * Math.PI * i) / size));
  const rowsRe = new Float64Array(height * size);
  const rowsIm = new Float64Array(height * size);
  for (let y = 0; y < height; y++) {
    for (let u = 0; u < size; u++) {
      let [re, im] = [0, 0];
      for (let x = 0; x < width; x++) {
        const value = plane[y * width + x] ?? 0;
        const angle = (u * x) % size;
        re += value * (cos[angle] ?? 0);
        im -= value * (sin[angle] ?? 0);
      }
      rowsRe[y * size + u] = re;
      rowsIm[y * size + u] = im;
    }
  }
  const result = { re: new Float64Array(size * size), im: new Float64Array(size * size) };
  for (let v = 0; v < size; v++) {
    for (let u = 0; u < size; u++) {
      let [re, im] = [0, 0];
      for (let y = 0; y < height; y++) {
        const a = rowsRe[y * size + u] ?? 0;
        const b = rowsIm[y * size + u] ?? 0;
        const angle = (v * y) % size;
        const c = cos[angle] ?? 0;
        const s = sin[angle] ?? 0;
        re += a * c + b * s;
        im += b * c - a * s;
      }
      result.re[v * size + u] = re;
      result.im[v * size + u] = im;
    }
  }
  return result;
}
