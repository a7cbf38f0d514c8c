import type { Experiment } from '../experiment.js';
import { caffenet128 } from '../published.js';

/** "No regularization of any kind was employed": caption of the paper's figure 1. */
const BARE = [
  'network.dropout=0',
  'network.norm=none',
  'augment.centralSquare=false',
  'augment.centerCrop=true',
  'augment.randomFlip.probability=0',
  'augment.fancyPca=false',
  'weightDecay=0',
] as const;

/** Paper, section 3.1 and figure 1. */
export const activation: Experiment = {
  name: 'activation',
  title: 'ReLU, tanh or sigmoid',
  method:
    'Epochs until the error on training images, dropout and augmentation off, falls to a fixed value: the lowest of 25, 30, 40 … 80 % that all of them reach with every seed, or, where one reaches none, that ReLU does. In the network of the other experiments, and bare: without dropout, augmentation, normalization and weight decay, as the paper’s figure was made (on CIFAR-10, with four layers). One learning rate for all; the paper chose each one’s best.',
  variants: [
    { name: 'ReLU' },
    { name: 'tanh', set: ['network.activation=tanh'] },
    { name: 'sigmoid', set: ['network.activation=sigmoid'] },
    { name: 'ReLU, bare', set: BARE },
    { name: 'tanh, bare', set: ['network.activation=tanh', ...BARE] },
    { name: 'sigmoid, bare', set: ['network.activation=sigmoid', ...BARE] },
  ],
  measure: 'epochsToTarget',
  also: ['trainTop1', 'validationTop1'],
  plot: 'curves',
  claims: [
    {
      text: 'ReLU reaches a given training error in fewer epochs than tanh.',
      source: 'paper, section 3.1',
      expects: [{ measure: 'epochsToTarget', variant: 'ReLU', is: 'less', than: 'tanh' }],
      otherwise:
        'He’s starting values keep tanh out of saturation, which the ones of 2012 did not, and some hundred updates of a small network end long before the paper’s figure does',
    },
    {
      text: 'The same for bare networks, where the paper found six times fewer epochs.',
      source: 'paper, figure 1',
      expects: [
        { measure: 'epochsToTarget', variant: 'ReLU, bare', is: 'less', than: 'tanh, bare' },
      ],
      otherwise:
        'He’s starting values keep tanh out of saturation, which the ones of 2012 did not, and one learning rate need not be the best for both',
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
  elsewhere: [caffenet128('Activations')(['tanh', 0.401], ['ReLU', 0.471])],
};
