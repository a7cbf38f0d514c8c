import type { Recipe } from '../recipe/recipe.js';

/**
 * The recipe of Krizhevsky, Sutskever and Hinton (2012), section 5.
 *
 * - source: momentum 0.9, weight decay 0.0005, batch 128, rate 0.01 divided by 10 when validation
 *   error stops improving (three times in their run), about 90 epochs; crops and flips and fancy
 *   PCA with standard deviation 0.1 (section 4.1); dropout 0.5 (section 4.2)
 * - command: alexnet train --data imagenet/ --recipe paper --out runs/paper
 * - hardware: theirs, two GTX 580 3 GB, five to six days
 * - result: theirs, 40.7 % / 18.2 % top-1 / top-5 error, ten crops (table 2, 1 CNN); ours not yet run
 */
export const paper: Recipe = {
  name: 'paper',
  source: 'Krizhevsky, Sutskever and Hinton 2012, sections 4 and 5',
  network: { preset: 'paper', modifiers: {} },
  preprocessing: { shorterSide: 256, divideBy: 1 },
  augment: [
    { op: 'resize' },
    { op: 'centralSquare' },
    { op: 'randomCrop' },
    { op: 'randomFlip' },
    { op: 'fancyPca', sd: 0.1, form: 'paper' },
    { op: 'normalize' },
  ],
  epochs: 90,
  batchSize: 128,
  accumulate: 1,
  learningRate: 0.01,
  momentum: 0.9,
  weightDecay: 0.0005,
  learningRateInMomentum: 'inside',
  biasLearningRateFactor: 1,
  biasSchedule: 'same',
  biasDecay: true,
  schedule: {
    kind: 'plateau',
    warmupEpochs: 0,
    factor: 0.1,
    dropEpochs: [],
    patience: 5,
    maxDrops: 3,
    finalFactor: 0,
  },
  layers: {},
  clipNorm: 0,
  ema: 0,
};
