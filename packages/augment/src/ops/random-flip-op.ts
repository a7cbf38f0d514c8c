import { flipImage } from '../flip-image.js';
import { asImage } from './as-image.js';
import { type AugmentOp, needBytes } from './augment-op.js';

/** Mirrors half of the images left to right; takes and gives uint8 gray levels. */
export function randomFlipOp(): AugmentOp {
  return {
    name: 'randomFlip',
    describe: (input) => {
      needBytes('randomFlip', input);
      return input;
    },
    apply: (sample, rng) => (rng.below(2) === 1 ? flipImage(asImage(sample)) : sample),
  };
}
