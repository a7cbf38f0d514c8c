import type { Experiment } from '../experiment.js';

/** Paper, section 3.1 and figure 1. */
export const activation: Experiment = {
  name: 'activation',
  title: 'ReLU, tanh or sigmoid',
  method:
    'Epochs until the error on training pictures, dropout and augmentation off, falls to a fixed value: the lowest of 25, 30, 40 … 80 % that ReLU reaches with every seed. One learning rate for all three; the paper chose each one’s best, on CIFAR-10 with a four-layer network without regularisation.',
  variants: [
    { name: 'ReLU' },
    { name: 'tanh', set: ['network.activation=tanh'] },
    { name: 'sigmoid', set: ['network.activation=sigmoid'] },
  ],
  measure: 'epochsToTarget',
  also: ['trainTop1', 'validationTop1'],
  plot: 'curves',
  claims: [
    {
      text: 'ReLU reaches a given training error in fewer epochs than tanh (six times fewer in the paper).',
      source: 'paper, section 3.1, figure 1',
      expects: [{ measure: 'epochsToTarget', variant: 'ReLU', is: 'less', than: 'tanh' }],
      otherwise:
        'the run is short, the network small and its starting values are He’s for every activation, which keep tanh out of saturation',
    },
    {
      text: 'Sigmoid units learn slowest of the three.',
      source: 'common knowledge since Glorot and Bengio 2010',
      expects: [
        { measure: 'epochsToTarget', variant: 'sigmoid', is: 'more', than: 'ReLU' },
        { measure: 'trainTop1', variant: 'sigmoid', is: 'less', than: 'tanh' },
      ],
      otherwise: 'too few epochs to tell the slow ones apart',
    },
  ],
};
