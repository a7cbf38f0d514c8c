import type { Expectation, Experiment } from '../experiment.js';

const AS_IN_2012 = 'two towers, started as in 2012';

/** Paper, section 6.1 and figure 3. */
export const towers: Experiment = {
  name: 'towers',
  title: 'Do two towers specialize in color?',
  method:
    'Colorfulness of a conv1 filter is the share of its energy off the gray axis. The statistic is the difference between the means of the two halves of the filters, divided by its mean over random halves of the same kernels: 1 is chance. (With two halves of equal size the variance between towers is the square of that difference, so the permutation test is the same.) p is the share of random halves that differ as much. One-tower networks, whose halves mean nothing, are the control. Networks are those of the showcase with dropout of 0.3, half as wide as the paper’s, 24 kernels a tower, with LRN inside each tower; started as today (He 2015), or as in 2012, with the small values of its source and pixels of ±128.',
  set: [
    'network.preset=paper',
    'network.width=0.5',
    'network.headWidth=0.25',
    'network.dropout=0.3',
    'batchSize=64',
  ],
  variants: [
    { name: 'two towers', set: ['network.groups=2'] },
    {
      name: AS_IN_2012,
      set: ['network.groups=2', 'network.init=2012', 'preprocessing.divideBy=1'],
    },
    { name: 'one tower', set: ['network.groups=1'] },
  ],
  measure: 'towerRatio',
  also: ['towerP', 'chroma', 'validationTop1'],
  plot: 'values',
  followed: ['two towers', 'two towers, started as in 2012'],
  seeds: { full: 5 },
  scale: {
    full: { classes: 100, trainPerClass: 500, validationPerClass: 50, epochs: 12 },
    quick: {},
  },
  learningRates: { tried: [0.005, 0.01, 0.02, 0.04], epochs: 2 },
  claims: [
    {
      text: 'Of two towers one takes color, the other does not.',
      source: 'paper, section 6.1 and figure 3',
      expects: partedMore('two towers'),
      otherwise:
        'the paper’s networks have twice the kernels, eight times the pixels and ninety times the updates to part their work in',
    },
    {
      text: 'The same with the starting values of 2012.',
      source: 'the same section',
      expects: partedMore(AS_IN_2012),
      otherwise:
        'the same: half the kernels, an eighth of the pixels and a ninetieth of the updates to part in',
    },
    {
      text: 'They do so in every run, whatever the random start.',
      source: 'the same section',
      expects: [{ measure: 'towerP', variant: AS_IN_2012, is: 'less', than: 0.05 }],
      otherwise:
        'with 24 kernels in a tower, half of the paper’s, random halves differ more, and less of a difference stands out in one run',
    },
  ],
};

/** More than random halves, and more than the halves of one tower, which mean nothing. */
function partedMore(variant: string): readonly Expectation[] {
  return [
    { measure: 'towerRatio', variant, is: 'more', than: 1 },
    { measure: 'towerRatio', variant, is: 'more', than: 'one tower' },
  ];
}
