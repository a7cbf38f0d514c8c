import type { Preprocessing } from '@alexnet/model';
import { channelAffine } from '../normalize-crop.js';
import type { AugmentOp } from './augment-op.js';

/**
 * Applies channel order, value range, mean and deviation; takes gray levels of either type, gives
 * normalized float32.
 */
export function normalizeOp(
  preprocessing: Pick<Preprocessing, 'channelOrder' | 'range' | 'mean' | 'std'>,
): AugmentOp {
  const { order, scale, shift } = channelAffine(preprocessing);
  return {
    name: 'normalize',
    describe: (input) => {
      if (input.unit !== 'levels') {
        throw new RangeError('normalize takes gray levels, but its input is normalized already');
      }
      const ends = [0, 1, 2].flatMap((c) =>
        input.range.map((value) => value * (scale[c] ?? 1) + (shift[c] ?? 0)),
      );
      const range = [Math.min(...ends), Math.max(...ends)] as const;
      return { ...input, type: 'float32', unit: 'normalized', range };
    },
    apply: ({ width, height, data }) => {
      const out = new Float32Array(data.length);
      for (let i = 0; i < data.length; i += 3) {
        for (let c = 0; c < 3; c++) {
          const value = data[i + (order[c] as number)] as number;
          out[i + c] = value * (scale[c] as number) + (shift[c] as number);
        }
      }
      return { width, height, data: out };
    },
  };
}
