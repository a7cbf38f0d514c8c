import { type ColorForm, drawColorNoise } from '../color-noise.js';
import type { ColorStatistics } from '../color-statistics.js';
import { type AugmentOp, needBytes } from './augment-op.js';

/**
 * Adds fancy PCA noise; takes uint8 gray levels, gives float32 gray levels without bounds.
 *
 * The `source2012` form divides after the mean is subtracted, so it is not offered as a step of its
 * own: use `augmentInto`.
 */
export function fancyPcaOp(
  colors: ColorStatistics,
  sd: number,
  form: Exclude<ColorForm, 'source2012'>,
): AugmentOp {
  return {
    name: 'fancyPca',
    describe: (input) => {
      needBytes('fancyPca', input);
      return {
        ...input,
        type: 'float32',
        range: [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY],
      };
    },
    apply: ({ width, height, data }, rng) => {
      const [r, g, b] = drawColorNoise(colors, form, sd, rng);
      const noisy = new Float32Array(data.length);
      for (let i = 0; i < data.length; i += 3) {
        noisy[i] = (data[i] as number) + r;
        noisy[i + 1] = (data[i + 1] as number) + g;
        noisy[i + 2] = (data[i + 2] as number) + b;
      }
      return { width, height, data: noisy };
    },
  };
}
