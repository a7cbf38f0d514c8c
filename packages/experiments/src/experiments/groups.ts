import type { Experiment } from '../experiment.js';
import { caffenet128 } from '../published.js';

/** Paper, section 3.2. */
export const groups: Experiment = {
  name: 'groups',
  title: 'One tower or two',
  method:
    'The same numbers of filters; with two towers conv2, conv4 and conv5 see only the maps of their own. The paper compares two towers with one of half the filters, which is another question. Speed is in training, a median over updates, on a machine that was doing other things as well.',
  variants: [{ name: 'one tower' }, { name: 'two towers', set: ['network.groups=2'] }],
  measure: 'validationTop1',
  also: ['parameters', 'macs', 'imagesPerSecond', 'trainTop1', 'gap'],
  plot: 'values',
  claims: [
    {
      text: 'Two towers need fewer multiply-adds and parameters.',
      source: 'paper, section 3.2: made to fit two GPUs of 3 GB',
      expects: [
        { measure: 'macs', variant: 'two towers', is: 'less', than: 'one tower' },
        { measure: 'parameters', variant: 'two towers', is: 'less', than: 'one tower' },
      ],
      otherwise: 'the layers that are split are not where the cost is',
    },
    {
      text: 'On one machine the split is not needed: one tower is no worse, by two points at most.',
      source: 'commonly said; Krizhevsky 2014 (arXiv 1404.5997) has one tower',
      expects: [
        {
          measure: 'validationTop1',
          variant: 'one tower',
          is: 'more',
          than: 'two towers',
          by: -0.02,
        },
      ],
      otherwise: 'fewer connections are easier to learn in a short run',
    },
  ],
  elsewhere: [caffenet128('Architectures')(['two towers', 0.471], ['one tower', 0.487])],
};
