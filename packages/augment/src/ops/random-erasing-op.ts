import type { AugmentOp } from './augment-op.js';
import { checkIntervals, drawBoxOfArea, type Interval } from './box-of-area.js';

/** How often and how much {@link randomErasingOp} erases. */
export interface RandomErasingOptions {
  /** How many of the images lose a box; default 0.5. */
  readonly probability?: number;
  /** Share of the image's area; default [0.02, 0.33]. */
  readonly scale?: Interval;
  /** Width / height; default [0.3, 3.3]. */
  readonly ratio?: Interval;
  /** What the box is filled with, in normalized units; default 0, the mean. */
  readonly value?: number;
}

/**
 * Overwrites a random box (Zhong et al. 2017; defaults of torchvision's RandomErasing). Takes and
 * gives normalized float32.
 */
export function randomErasingOp(options: RandomErasingOptions = {}): AugmentOp {
  const { probability = 0.5, scale = [0.02, 0.33], ratio = [0.3, 3.3], value = 0 } = options;
  checkIntervals('randomErasing', scale, ratio);
  return {
    name: 'randomErasing',
    describe: (input) => {
      if (input.type !== 'float32' || input.unit !== 'normalized') {
        throw new RangeError('randomErasing takes normalized float32; put normalize before it');
      }
      const [low, high] = input.range;
      return { ...input, range: [Math.min(low, value), Math.max(high, value)] };
    },
    apply: (sample, rng) => {
      if (rng.next() >= probability) return sample;
      const box = drawBoxOfArea(sample.height, sample.width, scale, ratio, rng);
      if (box === null) return sample;
      const data = Float32Array.from(sample.data);
      for (let y = box.top; y < box.top + box.height; y++) {
        const start = (y * sample.width + box.left) * 3;
        data.fill(value, start, start + box.width * 3);
      }
      return { ...sample, data };
    },
  };
}
