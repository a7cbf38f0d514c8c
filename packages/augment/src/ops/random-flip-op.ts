import { flipPicture } from '../flip-picture.js';
import { asPicture } from './as-picture.js';
import { type AugmentOp, needBytes } from './augment-op.js';

/** Mirrors half of the pictures left to right; takes and gives uint8 grey levels. */
export function randomFlipOp(): AugmentOp {
  return {
    name: 'randomFlip',
    describe: (input) => {
      needBytes('randomFlip', input);
      return input;
    },
    apply: (sample, rng) => (rng.below(2) === 1 ? flipPicture(asPicture(sample)) : sample),
  };
}
