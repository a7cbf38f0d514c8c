import type { Recipe } from '../recipe/recipe.js';
import { paper } from './paper.js';

/**
 * Caffe's reference training of its AlexNet.
 *
 * - source: BVLC Caffe, models/bvlc_alexnet: solver.prototxt (batch 256, rate 0.01 divided by ten every
 *   100,000 updates, 450,000 in all: 20 and 90 epochs of ImageNet), train_val.prototxt (biases at twice
 *   the rate and without decay, crops of 227 and mirroring, no color noise) and readme.md
 * - command: alexnet train --data imagenet/ --recipe caffe --out runs/caffe
 * - hardware: theirs, a K40
 * - result: theirs, 57.1 % / 80.2 % top-1 / top-5, center crop; ours not yet run
 */
export const caffe: Recipe = /* @__PURE__ */ (() => ({
  ...paper,
  name: 'caffe',
  source: 'BVLC Caffe, models/bvlc_alexnet',
  network: { preset: 'caffe', modifiers: {} },
  augment: paper.augment.filter(({ op }) => op !== 'fancyPca'),
  batchSize: 256,
  biasLearningRateFactor: 2,
  biasDecay: false,
  batchNormVariance: 'unbiased',
  schedule: { ...paper.schedule, kind: 'step', dropEpochs: [20, 40, 60, 80] },
}))();
