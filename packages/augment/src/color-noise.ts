import type { ColorStatistics } from './color-statistics.js';
import type { Vector3 } from './eigen-symmetric.js';
import type { Rng } from './rng.js';

/**
 * How strong "fancy PCA" noise is along each principal component p with eigenvalue λ of the RGB
 * covariance, α being N(0, sd):
 *
 * - `paper`: Σ pᵢ·αᵢ·λᵢ, the formula as printed (section 4.1), which depends on the unit of a pixel.
 *   It is taken on pixels of 0..1, as "lighting" noise in later software does: λ₁ = 0.228, 5.8 gray
 *   levels along p₁ on ImageNet. On 0..255 the same formula would give 1,483 gray levels.
 * - `deviation`: Σ pᵢ·αᵢ·√λᵢ, standard deviations in place of eigenvalues. The same whatever the unit:
 *   12.2 gray levels along p₁ on ImageNet (√λ₁ = 121.78), 2 to 17 times the printed formula.
 * - `source2012`: `deviation`, then the whole crop divided by 1 + sd. What the 2012 source did
 *   (`convdata_jpeg.py`: deviations × N(0,1) × 0.1, everything / 1.1, training only).
 */
export type ColorForm = 'paper' | 'deviation' | 'source2012';

/**
 * Draws one image's color noise, the same for all of its pixels.
 *
 * @param sd Standard deviation of α; 0.1 in the paper and the 2012 source.
 * @returns RGB, gray levels 0..255, to be added to every pixel.
 */
export function drawColorNoise(
  colors: ColorStatistics,
  form: ColorForm,
  sd: number,
  rng: Rng,
): Vector3 {
  const noise: [number, number, number] = [0, 0, 0];
  for (const [i, vector] of colors.eigenvectors.entries()) {
    const eigenvalue = colors.eigenvalues[i] ?? 0;
    // On 0..1 the eigenvalue is λ/255², and the sum is brought back to gray levels by 255.
    const strength = form === 'paper' ? eigenvalue / 255 : Math.sqrt(eigenvalue);
    const amount = rng.normal() * sd * strength;
    noise[0] += amount * vector[0];
    noise[1] += amount * vector[1];
    noise[2] += amount * vector[2];
  }
  return noise;
}

/** What the crop is multiplied by after the noise: 1 / (1 + sd) in the 2012 source, else 1. */
export function colorGain(form: ColorForm, sd: number): number {
  return form === 'source2012' ? 1 / (1 + sd) : 1;
}
