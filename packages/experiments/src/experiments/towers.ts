import type { Experiment } from '../experiment.js';

/** Paper, section 6.1 and figure 3. */
export const towers: Experiment = {
  name: 'towers',
  title: 'Do two towers specialize in color?',
  method:
    'Colorfulness of a conv1 filter is the share of its energy off the gray axis. The statistic is the difference between the means of the two halves of the filters, divided by its mean over random halves of the same kernels: 1 is chance. (With two halves of equal size the variance between towers is the square of that difference, so the permutation test is the same.) p is the share of random halves that differ as much. One-tower networks, whose halves mean nothing, are the control. Networks are half as wide as the paper’s, 24 kernels a tower, twice as wide as in the other experiments.',
  set: ['network.width=0.5'],
  variants: [{ name: 'two towers', set: ['network.groups=2'] }, { name: 'one tower' }],
  measure: 'towerRatio',
  also: ['towerP', 'chroma', 'validationTop1'],
  plot: 'values',
  atLeastSeeds: 5,
  claims: [
    {
      text: 'One tower takes color, the other does not, in every run.',
      source: 'paper, section 6.1: independent of the random initialization',
      expects: [
        { measure: 'towerRatio', variant: 'two towers', is: 'more', than: 1 },
        { measure: 'towerRatio', variant: 'two towers', is: 'more', than: 'one tower' },
      ],
      otherwise:
        'some hundred updates leave conv1 filters near their starting noise, which is alike in both towers, and the LRN of this preset and conv3 mix the towers',
    },
  ],
};
