import { centralSquare } from '@alexnet/files/image';
import { centerCrop, cropImage } from '../crop-image.js';
import { asImage } from './as-image.js';
import { type AugmentOp, needBytes, type SampleState, withSize } from './augment-op.js';

/** Cuts images to their central square (paper, section 2); uint8 gray levels. */
export function centralSquareOp(): AugmentOp {
  return {
    name: 'centralSquare',
    describe: (input) => {
      needBytes('centralSquare', input);
      const { shorterSide } = input;
      return shorterSide === null ? input : withSize(input, shorterSide, shorterSide);
    },
    apply: (sample) => cropImage(asImage(sample), centralSquare(asImage(sample))),
  };
}

/** Crops at a uniformly random position; uint8 gray levels, images at least as large. */
export function randomCropOp(height: number, width: number): AugmentOp {
  return {
    name: 'randomCrop',
    describe: (input) => describeCrop('randomCrop', input, height, width),
    apply: (sample, rng) => {
      const top = rng.below(sample.height - height + 1);
      const left = rng.below(sample.width - width + 1);
      return cropImage(asImage(sample), { top, left, height, width });
    },
  };
}

/** Crops the center; uint8 gray levels, images at least as large. */
export function centerCropOp(height: number, width: number): AugmentOp {
  return {
    name: 'centerCrop',
    describe: (input) => describeCrop('centerCrop', input, height, width),
    apply: (sample) => centerCrop(asImage(sample), { height, width }),
  };
}

function describeCrop(
  name: string,
  input: SampleState,
  height: number,
  width: number,
): SampleState {
  needBytes(name, input);
  const rows = input.size?.height ?? input.shorterSide ?? 0;
  const columns = input.size?.width ?? input.shorterSide ?? 0;
  if (rows < height || columns < width) {
    const given = rows === 0 ? 'of unknown size' : `of only ${columns} × ${rows} px`;
    throw new RangeError(
      `${name} of ${width} × ${height} px is given images ${given}; put resize before it`,
    );
  }
  return withSize(input, height, width);
}
