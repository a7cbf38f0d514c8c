import type { Experiment } from '../experiment.js';

/** Paper, section 4.1, last sentence of the first form of augmentation. */
export const tenCrop: Experiment = {
  name: 'ten-crop',
  title: 'Ten crops at the end',
  method:
    'The same networks answer for one center crop and for the mean of the softmax over ten: four corners, the center and their mirrors. With and without the crops and flips in training that the ten repeat.',
  variants: [
    { name: 'trained on crops and flips' },
    {
      name: 'trained on center crops',
      set: [
        'augment.centralSquare=false',
        'augment.centerCrop=true',
        'augment.randomFlip.probability=0',
        'augment.fancyPca=false',
      ],
    },
  ],
  measure: 'tenCropGain',
  also: ['validationTop1', 'tenCropTop1'],
  plot: 'values',
  seeds: { full: 10 },
  claims: [
    {
      text: 'Ten crops answer better than one (39.0 % top-1 error becomes 37.5 % in the paper).',
      source: 'paper, sections 4.1 and 6.1',
      expects: [
        { measure: 'tenCropGain', variant: 'trained on crops and flips', is: 'more', than: 0 },
      ],
      otherwise: 'crops of 55 px out of 64 differ little, so their mean says little more than one',
    },
  ],
};
