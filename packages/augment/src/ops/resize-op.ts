import { resizeShorterSide } from '../resize-image.js';
import { asImage } from './as-image.js';
import { type AugmentOp, needBytes } from './augment-op.js';

/** Resizes so that the shorter side has this many px; takes and gives uint8 gray levels. */
export function resizeOp(shorterSide: number): AugmentOp {
  return {
    name: 'resize',
    describe: (input) => {
      needBytes('resize', input);
      const square = input.size !== null && input.size.height === input.size.width;
      const size = square ? { height: shorterSide, width: shorterSide } : null;
      return { ...input, shorterSide, size };
    },
    apply: (sample) => resizeShorterSide(asImage(sample), shorterSide),
  };
}
