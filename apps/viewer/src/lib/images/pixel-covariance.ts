import { measureImageColors, type RgbImage } from '@alexnet/augment';

type Row = readonly [number, number, number];

/** Beyond this share of the largest, a direction of color is rounding: the image has fewer. */
const FLAT = 1e-6;

/**
 * Covariance of R, G and B over the pixels of an image, null where its colors span no volume, as
 * in a gray one.
 */
export function pixelCovariance(image: RgbImage): readonly Row[] | null {
  const { eigenvalues, eigenvectors } = measureImageColors([image]);
  if (!(eigenvalues[2] > eigenvalues[0] * FLAT)) return null;
  const at = (row: number, column: number) =>
    eigenvalues.reduce((sum, value, i) => {
      const vector = eigenvectors[i];
      return sum + value * (vector?.[row] ?? 0) * (vector?.[column] ?? 0);
    }, 0);
  return [0, 1, 2].map((row): Row => [at(row, 0), at(row, 1), at(row, 2)]);
}
