import type { Experiment } from '../experiment.js';

/** Where later networks went: Lin, Chen and Yan 2013; GoogLeNet; ResNet. */
export const head: Experiment = {
  name: 'head',
  title: 'Dense head or global average pooling',
  method:
    'fc6, fc7 and fc8 on the flattened maps against the mean of each map and one dense layer. Speed is in training, a median over updates, on a machine that was doing other things as well.',
  variants: [
    { name: 'dense' },
    { name: 'global average', set: ['network.head=gap', 'network.headWidth=null'] },
  ],
  measure: 'validationTop1',
  also: ['parameters', 'macs', 'imagesPerSecond', 'trainTop1', 'gap'],
  plot: 'values',
  claims: [
    {
      text: 'Global average pooling saves parameters.',
      source: 'Lin, Chen and Yan 2013, section 3.2',
      expects: [{ measure: 'parameters', variant: 'global average', is: 'less', than: 'dense' }],
      otherwise: 'this head is smaller than the layer that replaces it',
    },
    {
      text: 'It costs no more than two points of accuracy.',
      source: 'commonly said: later networks gave up the dense head',
      expects: [
        {
          measure: 'validationTop1',
          variant: 'global average',
          is: 'more',
          than: 'dense',
          by: -0.02,
        },
      ],
      otherwise:
        'five convolutions are few: the networks that did without a dense head have many more, and here the head does part of the learning',
    },
  ],
};
