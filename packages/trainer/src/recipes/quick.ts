import type { Recipe } from '../recipe/recipe.js';
import { paper } from './paper.js';

/**
 * A half-width AlexNet with a small head, for thousands of images on a CPU: the paper's stride of 4
 * and 11×11 filters on 99 px crops, (99 - 11) / 4 + 1 = 23.
 *
 * - source: compared on the emoji set. Batches of 128 and dropout 0.5 learn too slowly in the few
 *   thousand updates there are: 32 and 0.2 gave 54 % after 32,000 images where 128 and 0.5 gave 44 %.
 *   Batch norm and LRN end alike. He's starting values, except in conv1, whose filters would still look
 *   like the noise they started from: it starts at the paper's N(0, 0.01)
 * - command: alexnet train --data emoji --recipe quick --out runs/emoji
 * - hardware: two CPU cores, TensorFlow
 * - result: README, "Two commands"
 */
export const quick: Recipe = /* @__PURE__ */ (() => ({
  ...paper,
  name: 'quick',
  source: 'measured on the emoji set, see the README',
  network: {
    preset: 'alexnet',
    modifiers: {
      input: 99,
      width: 0.5,
      headWidth: 0.125,
      dropout: 0.2,
      init: 'he',
      conv1: { sd: 0.01 },
    },
  },
  preprocessing: { shorterSide: 112, divideBy: 64 },
  epochs: 15,
  batchSize: 32,
  learningRate: 0.01,
  biasDecay: false,
  schedule: { ...paper.schedule, kind: 'cosine', warmupEpochs: 0.5, warmupStart: 0.01 },
}))();
