import type { Recipe } from '../recipe/recipe.js';
import { showcase } from './showcase.js';

/**
 * The body of `showcase` as one tower, trained as one would today: the same filters, batch norm for LRN.
 * 11×11 filters with stride 2 on 77 px crops of images enlarged to 88 px, and 5 px of zeros around them,
 * (77 + 10 - 11) / 2 + 1 = 39: maps of 39, 19, 9 and 4 px instead of 23, 11, 5 and 2. fc6 takes four times
 * the numbers, so it and fc7 have fewer units, 901: below 8 MB in half precision.
 *
 * - source: Ioffe and Szegedy 2015 (batch norm, and less dropout with it); Szegedy et al. 2015 (crops of
 *   many sizes) and 2016, section 7 (smoothing); Yun et al. 2019 (CutMix, of three batches in ten); Polyak
 *   and Juditsky 1992 (a moving average of weights)
 * - command: alexnet train --data tiny-imagenet-100.tar --recipe showcase-modern --precision bf16 --out
 *   runs/modern
 * - hardware: two CPU cores, TensorFlow, two hours
 * - result: results/showcase/README.md
 */
export const showcaseModern: Recipe = /* @__PURE__ */ (() => ({
  ...showcase,
  name: 'showcase-modern',
  network: {
    preset: 'alexnet',
    modifiers: {
      ...showcase.network.modifiers,
      input: 77,
      headWidth: 0.22,
      norm: 'batch',
      dropout: 0.2,
      conv1: { stride: 2, padding: 5, sd: 0.01 },
    },
  },
  preprocessing: { shorterSide: 88, divideBy: 64 },
  augment: [
    { op: 'resize' },
    { op: 'randomResizedCrop', scale: [0.35, 1] },
    { op: 'randomFlip' },
    { op: 'fancyPca' },
    { op: 'normalize' },
    { op: 'cutmix', probability: 0.3 },
    { op: 'labelSmoothing' },
  ],
  epochs: 60,
  learningRate: 0.04,
  weightDecay: 0.0005,
  schedule: { ...showcase.schedule, warmupEpochs: 1 },
  ema: 0.999,
}))();
