import type { Preprocessing } from '@alexnet/model';
import {
  augmentImage,
  type ColorStatistics,
  createPipeline,
  type OperationInput,
  type RgbImage,
} from '../src/index.js';

/** Colors of ImageNet's training set. */
export const IMAGENET: ColorStatistics = {
  mean: [127.305, 119.715, 104.913],
  std: [72.8, 70.5, 72.9],
  eigenvalues: [121.78 ** 2, 37.094 ** 2, 19.721 ** 2],
  eigenvectors: [
    [0.5675, 0.5808, 0.5836],
    [0.7192, 0.0045, -0.6948],
    [0.4009, -0.814, 0.4203],
  ],
  pixels: 1,
};

/** One image through operations and `normalize`, as example `index` of epoch 0. */
export function runPipeline(
  operations: readonly OperationInput[],
  image: RgbImage,
  preprocessing: Preprocessing,
  index = 0,
  seed = 2012,
): Float32Array {
  const whole = [...operations, { op: 'normalize' } as const];
  const pipeline = createPipeline(whole, { preprocessing, colors: IMAGENET });
  return augmentImage(pipeline, image, { seed, epoch: 0, index });
}
