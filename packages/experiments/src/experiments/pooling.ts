import type { Experiment } from '../experiment.js';
import { caffenet128 } from '../published.js';

const measured = caffenet128('Pooling');

const padded = (pixels: number) => ({ top: pixels, left: pixels, bottom: pixels, right: pixels });

/** Paper, section 3.4. */
export const pooling: Experiment = {
  name: 'pooling',
  title: 'Max pooling, overlapping',
  method:
    'Windows of 3 every 2 px (overlapping) or of 2 every 2 px, whose maps have the same sizes; or no pools and the convolutions before them with twice the stride (conv1’s maps are then 12 instead of 11 px). Parameters are equal for all.',
  variants: [
    { name: 'max, overlapping' },
    {
      name: 'max, not overlapping',
      layers: { pool1: { size: 2 }, pool2: { size: 2 }, pool5: { size: 2 } },
    },
    { name: 'average, overlapping', set: ['network.pool=avg'] },
    {
      name: 'average, not overlapping',
      set: ['network.pool=avg'],
      layers: { pool1: { size: 2 }, pool2: { size: 2 }, pool5: { size: 2 } },
    },
    {
      name: 'strided convolutions',
      layers: {
        conv1: { stride: 4, rounding: 'floor' },
        pool1: null,
        conv2: { stride: 2, padding: padded(1), rounding: 'floor' },
        pool2: null,
        conv5: { stride: 2, padding: padded(0) },
        pool5: null,
      },
    },
  ],
  measure: 'validationTop1',
  also: ['trainTop1', 'gap', 'imagesPerSecond'],
  plot: 'values',
  seeds: { full: 14 },
  claims: [
    {
      text: 'Overlapping pools are better than pools side by side (0.4 % top-1 in the paper).',
      source: 'paper, section 3.4',
      expects: [
        {
          measure: 'validationTop1',
          variant: 'max, overlapping',
          is: 'more',
          than: 'max, not overlapping',
        },
      ],
    },
    {
      text: 'Max pooling is better than average pooling.',
      source: 'commonly said; Scherer, Müller and Behnke 2010',
      expects: [
        {
          measure: 'validationTop1',
          variant: 'max, overlapping',
          is: 'more',
          than: 'average, overlapping',
        },
      ],
      otherwise: 'on small images a mean blurs less than it does on large ones',
    },
    {
      text: 'Pooling is better than strided convolutions with the same parameters.',
      source: 'Springenberg et al. 2014, table 3 (Strided-CNN against the base models)',
      expects: [
        {
          measure: 'validationTop1',
          variant: 'max, overlapping',
          is: 'more',
          than: 'strided convolutions',
        },
      ],
    },
  ],
  elsewhere: [
    measured(['average, overlapping', 0.435], ['max, overlapping', 0.471]),
    measured(['strided convolutions', 0.472], ['max, overlapping', 0.471]),
    measured(['max, not overlapping', 0.484], ['max, overlapping', 0.471]),
  ],
};
