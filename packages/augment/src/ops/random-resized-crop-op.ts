import { type CropBox, centerOffset } from '@alexnet/files/image';
import { cropImage } from '../crop-image.js';
import { resizeImage } from '../resize-image.js';
import { asImage } from './as-image.js';
import { type AugmentOp, needBytes, withSize } from './augment-op.js';
import { checkIntervals, drawBoxOfArea, type Interval } from './box-of-area.js';

/** What {@link randomResizedCropOp} cuts, and the size it gives. */
export interface RandomResizedCropOptions {
  /** Of what comes out, px. */
  readonly height: number;
  /** Of what comes out, px. */
  readonly width: number;
  /** Share of the image's area; default [0.08, 1]. */
  readonly scale?: Interval;
  /** Width / height; default [3/4, 4/3]. */
  readonly ratio?: Interval;
}

/**
 * Cuts a box of random area and proportions and resizes it (Szegedy et al. 2014, section 6; defaults
 * of torchvision's RandomResizedCrop). Takes any uint8 image, gives one size.
 */
export function randomResizedCropOp(options: RandomResizedCropOptions): AugmentOp {
  const { height, width, scale = [0.08, 1], ratio = [3 / 4, 4 / 3] } = options;
  checkIntervals('randomResizedCrop', scale, ratio);
  return {
    name: 'randomResizedCrop',
    describe: (input) => {
      needBytes('randomResizedCrop', input);
      return withSize(input, height, width);
    },
    apply: (sample, rng) => {
      const image = asImage(sample);
      const drawn = drawBoxOfArea(image.height, image.width, scale, ratio, rng);
      const box = drawn ?? largestBox(image.height, image.width, ratio);
      return resizeImage(cropImage(image, box), { height, width });
    },
  };
}

/** For images too narrow for any box drawn: the largest centerd box whose proportions are allowed. */
function largestBox(height: number, width: number, ratio: Interval): CropBox {
  const aspect = Math.min(ratio[1], Math.max(ratio[0], width / height));
  const w = Math.min(width, Math.max(1, Math.round(height * aspect)));
  const h = Math.min(height, Math.max(1, Math.round(width / aspect)));
  return { top: centerOffset(height, h), left: centerOffset(width, w), height: h, width: w };
}
