import type { Experiment } from '../experiment.js';

/** Paper, section 4.2. */
export const dropout: Experiment = {
  name: 'dropout',
  title: 'No dropout, or 0.2, or 0.5',
  method:
    'Gap between the share of training images and of validation images answered right, both as one center crop with dropout off, at the end. Crops, flips and fancy PCA are on for all. The network is twice as wide as the other experiments’ and its head four times, and it sees few images often, so that there is something to overfit.',
  set: ['network.width=0.5', 'network.headWidth=0.25'],
  variants: [
    { name: 'none', set: ['network.dropout=0'] },
    { name: '0.2', set: ['network.dropout=0.2'] },
    { name: '0.5, as the paper', set: ['network.dropout=0.5'] },
  ],
  measure: 'gap',
  also: ['validationTop1', 'trainTop1', 'turn'],
  plot: 'curves',
  scale: {
    full: { classes: 20, trainPerClass: 150, validationPerClass: 50, epochs: 80 },
    quick: { epochs: 6 },
  },
  seeds: { full: 6 },
  claims: [
    {
      text: 'Dropout narrows the gap between training and validation.',
      source: 'paper, section 4.2: without it the network overfits substantially',
      expects: [{ measure: 'gap', variant: '0.5, as the paper', is: 'less', than: 'none' }],
      otherwise: 'the network has too few epochs here to overfit',
    },
    {
      text: 'Without it validation loss turns and grows earlier.',
      source: 'paper, section 4.2: the same',
      expects: [{ measure: 'turn', variant: 'none', is: 'less', than: '0.5, as the paper' }],
      otherwise: 'the network has too few epochs here to overfit',
    },
    {
      text: 'It learns more slowly in return.',
      source: 'paper, section 4.2: about twice the iterations to converge',
      expects: [{ measure: 'trainTop1', variant: '0.5, as the paper', is: 'less', than: 'none' }],
    },
    {
      text: 'It makes the network better on new images.',
      source: 'paper, section 4.2',
      expects: [
        { measure: 'validationTop1', variant: '0.5, as the paper', is: 'more', than: 'none' },
      ],
      otherwise:
        'a run is limited by how fast it learns until it overfits: what dropout slows down is lost, what it saves is not needed yet',
    },
  ],
};
