import type { Experiment } from '../experiment.js';
import { caffenet128 } from '../published.js';

/** Paper, section 3.3. */
export const norm: Experiment = {
  name: 'norm',
  title: 'LRN, batch norm or none',
  method:
    'The paper’s constants are for pixels of 0..255. Here pixels are divided by 64, which makes activations as much smaller, so LRN comes twice: as printed (α = 1e-4), and with α times 64², which is the same function of the same image as the printed one has on undivided pixels. Batch norm stands between every convolution and its ReLU.',
  variants: [
    { name: 'LRN, as printed' },
    {
      name: 'LRN, α for these pixels',
      layers: { norm1: { sumCoeff: 1e-4 * 64 ** 2 }, norm2: { sumCoeff: 1e-4 * 64 ** 2 } },
    },
    { name: 'batch norm', set: ['network.norm=batch'] },
    { name: 'none', set: ['network.norm=none'] },
  ],
  measure: 'validationTop1',
  also: ['trainTop1', 'gap', 'imagesPerSecond'],
  plot: 'curves',
  seeds: { full: 10 },
  claims: [
    {
      text: 'LRN makes the network better (1.4 % top-1 in the paper).',
      source: 'paper, section 3.3',
      expects: [
        { measure: 'validationTop1', variant: 'LRN, α for these pixels', is: 'more', than: 'none' },
      ],
      otherwise:
        'later work found LRN worth little, too (Simonyan and Zisserman 2014, section 4.1)',
    },
    {
      text: 'Batch norm does more than LRN ever did.',
      source: 'commonly said; Ioffe and Szegedy 2015',
      expects: [
        {
          measure: 'validationTop1',
          variant: 'batch norm',
          is: 'more',
          than: 'LRN, α for these pixels',
        },
        { measure: 'validationTop1', variant: 'batch norm', is: 'more', than: 'LRN, as printed' },
      ],
      otherwise: 'batches of 32 make its statistics noisy, and five convolutions train without it',
    },
  ],
  elsewhere: [
    caffenet128('Activations')(['none', 0.471], ['LRN, as printed', 0.47]),
    caffenet128('batchnorm')(['none', 0.471], ['batch norm', 0.478]),
  ],
};
