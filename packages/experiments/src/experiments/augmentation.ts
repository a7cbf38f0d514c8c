import type { Experiment } from '../experiment.js';

/** Paper, section 4.1. */
export const augmentation: Experiment = {
  name: 'augmentation',
  title: 'Crops, flips and fancy PCA',
  method:
    'Each adds to the one before. Crops are 55 px out of 64, as 224 out of 256 in the paper. Four times the passes of the other experiments: after 16 the network that sees every image the same way is not behind yet, only its gap has opened.',
  variants: [
    {
      name: 'none',
      set: [
        'augment.centralSquare=false',
        'augment.centerCrop=true',
        'augment.randomFlip.probability=0',
        'augment.fancyPca=false',
      ],
    },
    { name: 'crop', set: ['augment.randomFlip.probability=0', 'augment.fancyPca=false'] },
    { name: 'crop, flip', set: ['augment.fancyPca=false'] },
    { name: 'crop, flip, PCA' },
  ],
  measure: 'validationTop1',
  also: ['gap', 'trainTop1'],
  plot: 'curves',
  scale: { full: { epochs: 64 } },
  seeds: { full: 5 },
  claims: [
    {
      text: 'Without crops and flips the network overfits.',
      source: 'paper, section 4.1: substantial overfitting without them',
      expects: [{ measure: 'gap', variant: 'none', is: 'more', than: 'crop, flip' }],
      otherwise: 'the network has too few epochs here to overfit',
    },
    {
      text: 'Crops and flips make the network better on new images.',
      source: 'paper, section 4.1',
      expects: [{ measure: 'validationTop1', variant: 'crop, flip', is: 'more', than: 'none' }],
      otherwise: 'a short run is limited by how fast it learns, which augmentation slows down',
    },
    {
      text: 'Fancy PCA adds to that (over 1 % top-1 in the paper).',
      source: 'paper, section 4.1',
      expects: [
        { measure: 'validationTop1', variant: 'crop, flip, PCA', is: 'more', than: 'crop, flip' },
      ],
    },
  ],
};
