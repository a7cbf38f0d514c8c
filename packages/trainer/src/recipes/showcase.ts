import type { Recipe } from '../recipe/recipe.js';
import { paper } from './paper.js';

/**
 * The paper's two towers at half width, small enough to train on a CPU and to look at in a web page:
 * 11×11 filters with stride 2 on 55 px crops of 64 px images, (55 - 11) / 2 + 1 = 23.
 *
 * - source: the paper's network, momentum, dropout and augmentation, and twice its weight decay. Compared on
 *   100 classes of Tiny-ImageNet: 24 epochs with dropout 0.3 ended at 42.8 % with one crop, overfitted by eight
 *   points; 60 with 0.5 and the paper's decay at 45.6, with twice that at 47.2. The paper's
 *   starting values N(0, 0.01) in every layer did not move at all at this width, He's did. conv1 keeps
 *   the paper's, so that its filters show what was learned and not the noise they started from
 * - command: alexnet train --data tiny-imagenet-100.tar --recipe showcase --precision bf16 --out runs/two-towers, and
 *   with --set network.groups=1 the one-tower twin
 * - hardware: two CPU cores, TensorFlow
 * - result: results/showcase/README.md
 */
export const showcase: Recipe = /* @__PURE__ */ (() => ({
  ...paper,
  name: 'showcase',
  source: 'Krizhevsky, Sutskever and Hinton 2012, at half width; measured on Tiny-ImageNet',
  network: {
    preset: 'paper',
    modifiers: {
      input: 55,
      width: 0.5,
      headWidth: 0.25,
      dropout: 0.5,
      init: 'he',
      conv1: { stride: 2, sd: 0.01 },
    },
  },
  preprocessing: { shorterSide: 64, divideBy: 64 },
  epochs: 60,
  batchSize: 64,
  learningRate: 0.02,
  weightDecay: 0.001,
  biasDecay: false,
  schedule: { ...paper.schedule, kind: 'cosine', warmupEpochs: 0.5, warmupStart: 0.01 },
}))();
