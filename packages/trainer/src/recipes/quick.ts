import type { Recipe } from '../recipe.js';
import { paper } from './paper.js';

/**
 * A half-width AlexNet for small pictures on a CPU.
 */
export const quick: Recipe = {
  ...paper,
  name: 'quick',
  source: 'measured on the emoji set, see README',
  network: {
    ...paper.network,
    preset: 'alexnet',
    input: 57,
    width: 0.5,
    dropout: 0.2,
    init: 'he',
    conv1Stride: 2,
  },
  preprocessing: { shorterSide: 64, divideBy: 64 },
  epochs: 15,
  batchSize: 32,
  learningRate: 0.006,
  schedule: { ...paper.schedule, kind: 'cosine', warmupEpochs: 0.5 },
};
