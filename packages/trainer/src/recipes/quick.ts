import type { Recipe } from '../recipe.js';
import { paper } from './paper.js';

/**
 * A half-width AlexNet with a small head, for thousands of pictures on a CPU.
 */
export const quick: Recipe = {
  ...paper,
  name: 'quick',
  source: 'measured on the emoji set, see the README',
  network: {
    ...paper.network,
    preset: 'alexnet',
    input: 99,
    width: 0.5,
    headWidth: 0.125,
    dropout: 0.2,
    init: 'he',
    conv1Sd: 0.015,
  },
  preprocessing: { shorterSide: 112, divideBy: 64 },
  epochs: 15,
  batchSize: 32,
  learningRate: 0.01,
  biasDecay: false,
  schedule: { ...paper.schedule, kind: 'cosine', warmupEpochs: 0.5 },
};
