import type { Recipe } from '../recipe.js';

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
  network: {
    preset: 'paper',
    input: null,
    width: null,
    headWidth: null,
    activation: null,
    pool: null,
    norm: null,
    groups: null,
    head: null,
    dropout: null,
    init: null,
    conv1Stride: null,
    conv1Kernel: null,
    conv1Padding: null,
    conv1Sd: null,
  },
  preprocessing: { shorterSide: 256, divideBy: 1 },
  augment: {
    crop: true,
    flip: true,
    colorPca: 0.1,
    colorForm: 'paper',
    colorEpochs: 0,
    chunk: 1,
    randomResizedCrop: false,
  },
  epochs: 90,
  batchSize: 128,
  accumulate: 1,
  learningRate: 0.01,
  momentum: 0.9,
  weightDecay: 0.0005,
  rateInMomentum: 'inside',
  biasRate: 1,
  biasSchedule: 'same',
  biasDecay: true,
  schedule: {
    kind: 'plateau',
    warmupEpochs: 0,
    factor: 0.1,
    dropEpochs: [],
    patience: 5,
    finalFactor: 0,
  },
  layers: {},
  labelSmoothing: 0,
  clipNorm: 0,
  ema: 0,
};
