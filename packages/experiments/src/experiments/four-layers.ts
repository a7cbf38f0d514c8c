import type { LayerChanges } from '../change-layers.js';
import type { Experiment } from '../experiment.js';

/**
 * Three convolutions and one dense layer, as cuda-convnet's `layers-18pct.cfg` has them without its
 * response normalization: 32, 32 and 64 filters of 5×5, each followed by a pool of 3×3 with stride 2.
 */
const fourLayersWith = (activation: string): LayerChanges => ({
  conv1: { filters: 32 },
  conv2: { filters: 32 },
  conv5: { filters: 64, kernel: [5, 5], padding: { top: 2, left: 2, bottom: 2, right: 2 } },
  ...Object.fromEntries(['conv3', 'conv4', 'fc6', 'fc7'].map((name) => [name, null])),
  ...Object.fromEntries([3, 4, 6, 7].map((at) => [`${activation}${at}`, null])),
});

/** "No regularization of any kind was employed": caption of the paper's figure 1. */
const PLAIN = [
  'network.width=1',
  'network.input=32',
  'network.conv1.kernelSize=5',
  'network.conv1.stride=1',
  'network.conv1.padding=2',
  'network.conv1.sd=null',
  'network.norm=none',
  'network.dropout=0',
  'preprocessing.shorterSide=32',
  'augment.centralSquare=false',
  'augment.centerCrop=true',
  'augment.randomFlip=false',
  'augment.fancyPca=false',
  'weightDecay=0',
  'batchSize=128',
  'schedule.kind=constant',
  'schedule.warmupEpochs=0',
] as const;

const of = (activation: string, init: string) => ({
  set: [`network.activation=${activation}`, `network.init=${init}`],
  layers: fourLayersWith(activation),
});

/** The paper's figure 1. */
export const fourLayers: Experiment = {
  name: 'four-layers',
  title: 'ReLU against tanh, as figure 1 was made',
  method:
    'Four layers with weights, no regularization of any kind, images of 32 px, each activation at its own best learning rate, until the error on training images is 25 %: the paper’s figure 1, with Tiny-ImageNet’s classes for CIFAR-10’s. With the starting values of 2012, N(0, 0.01) and biases of 1 in every second layer, and with those of today (He 2015).',
  set: PLAIN,
  variants: [
    { name: 'ReLU, started as in 2012', ...of('relu', 'paper') },
    { name: 'tanh, started as in 2012', ...of('tanh', 'paper') },
    { name: 'ReLU, started as today', ...of('relu', 'he') },
    { name: 'tanh, started as today', ...of('tanh', 'he') },
  ],
  measure: 'epochsToTarget',
  also: ['trainTop1'],
  plot: 'curves',
  scale: {
    full: { classes: 100, trainPerClass: 500, validationPerClass: 50, epochs: 40 },
    quick: { epochs: 8 },
  },
  until: 0.25,
  learningRates: { tried: [0.003, 0.01, 0.03, 0.1], epochs: 8 },
  claims: [
    {
      text: 'With the starting values of 2012, ReLU reaches 25 % training error in fewer epochs than tanh.',
      source: 'paper, figure 1: six times faster on CIFAR-10',
      expects: [
        {
          measure: 'epochsToTarget',
          variant: 'ReLU, started as in 2012',
          is: 'less',
          than: 'tanh, started as in 2012',
        },
      ],
      otherwise: 'small starting values keep both activations near the line through zero for long',
    },
    {
      text: 'With the starting values of today it still does.',
      source: 'the same figure, started otherwise',
      expects: [
        {
          measure: 'epochsToTarget',
          variant: 'ReLU, started as today',
          is: 'less',
          than: 'tanh, started as today',
        },
      ],
      otherwise: 'He’s starting values keep tanh out of saturation',
    },
  ],
};
