import * as v from 'valibot';
import { colorGain, drawColorNoise } from '../../color-noise.js';
import { atLeast, oneOf } from '../../settings/schemas.js';
import { needBytes } from '../sample-state.js';
import { operation } from '../step.js';
import { untilEpoch } from './options.js';

/**
 * Fancy PCA (paper, section 4.1): every pixel of an image gets the same color noise, added in the
 * pass that normalizes.
 */
export const fancyPca = operation(
  () =>
    v.strictObject({
      op: v.literal('fancyPca'),
      sd: v.optional(atLeast(0, 'Standard deviation of α.'), 0.1),
      form: v.optional(
        oneOf(
          ['paper', 'deviation', 'source2012'],
          'paper: Σ p·α·λ with pixels on 0..1; deviation: Σ p·α·√λ; source2012: that, all divided by 1 + sd.',
        ),
        'paper',
      ),
      untilEpoch: untilEpoch(),
    }),
  ({ sd, form }, { colors }) => {
    if (!colors) throw new RangeError('needs the colors of the training set');
    return {
      stage: 'image',
      describe: (input) => {
        needBytes(input);
        return { ...input, type: 'float32', range: [-Infinity, Infinity] };
      },
      apply: (view, { own }) => ({
        ...view,
        noise: drawColorNoise(colors, form, sd, own),
        gain: colorGain(form, sd),
      }),
    };
  },
);
