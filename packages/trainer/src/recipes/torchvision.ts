import type { Recipe } from '../recipe/recipe.js';
import { paper } from './paper.js';

/**
 * torchvision's reference training of its AlexNet, the "one weird trick" network.
 *
 * - source: torchvision references/classification: SGD with rate 0.01 outside the momentum, weight
 *   decay 0.0001 on everything, batches of 256 (eight of 32), divided by ten every 30 of 90 epochs,
 *   random resized crops of 224 and mirroring; PyTorch's own starting values
 * - differs: the mean is measured; the deviation is one number, 58 of 255 gray levels, theirs 57 to 58
 * - command: alexnet train --data imagenet/ --recipe torchvision --out runs/torchvision
 * - hardware: theirs, eight GPUs
 * - result: theirs, 56.5 % / 79.1 % top-1 / top-5, center crop of 224 from 256; ours not yet run
 */
export const torchvision: Recipe = /* @__PURE__ */ (() => ({
  ...paper,
  name: 'torchvision',
  source: 'torchvision, references/classification',
  network: { preset: 'torchvision', modifiers: { init: 'pytorch' } },
  preprocessing: { shorterSide: 256, divideBy: 58 },
  augment: [{ op: 'randomResizedCrop' }, { op: 'randomFlip' }, { op: 'normalize' }],
  batchSize: 256,
  weightDecay: 0.0001,
  learningRateInMomentum: 'outside',
  batchNormVariance: 'unbiased',
  schedule: { ...paper.schedule, kind: 'step', dropEpochs: [30, 60] },
}))();
