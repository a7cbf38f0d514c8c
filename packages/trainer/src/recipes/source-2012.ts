import type { Recipe } from '../recipe/recipe.js';
import { paper } from './paper.js';

/**
 * What the published 2012 source ran for its single network of 18.2 % (ten crops).
 *
 * - source: `layers-145.cfg`, `layer-params-145.cfg` and the epochs in its comments; `weights.cu` for the
 *   update; `convdata.py` for crops, flips, noise and the mean image. Rate 0.01 for weights, divided by ten at epochs
 *   25, 51 and 79, conv1 also at 67 and frozen from 72; 0.02 for biases throughout, without decay;
 *   color noise off from epoch 67; stopped at 91. 32 neighbors share a crop and a flip
 * - differs: images are shuffled every epoch, theirs once when packed
 * - command: alexnet train --data imagenet/ --recipe 2012 --out runs/2012
 * - hardware: theirs, two GTX 580 3 GB
 * - result: theirs, 40.66 % / 18.21 % top-1 / top-5 error, ten crops; ours not yet run
 */
export const source2012: Recipe = /* @__PURE__ */ (() => ({
  ...paper,
  name: '2012',
  source: 'the 2012 source, layers-145.cfg and layer-params-145.cfg',
  network: { preset: 'original2012', modifiers: {} },
  preprocessing: { ...paper.preprocessing, mean: 'image' },
  augment: [
    { op: 'resize' },
    { op: 'centralSquare' },
    { op: 'randomCrop', sharedBy: 32 },
    { op: 'randomFlip', sharedBy: 32 },
    { op: 'fancyPca', sd: 0.1, form: 'source2012', untilEpoch: 67 },
    { op: 'normalize' },
  ],
  epochs: 91,
  biasLearningRateFactor: 2,
  biasSchedule: 'constant',
  biasDecay: false,
  schedule: { ...paper.schedule, kind: 'step', dropEpochs: [25, 51, 79] },
  layers: { conv1: { dropEpochs: [67], frozenFromEpoch: 72 } },
}))();
