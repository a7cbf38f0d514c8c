import { type CropBox, centerOffset } from '@alexnet/files/image';
import * as v from 'valibot';
import { interval } from '../../settings/schemas.js';
import { needBytes, withSize } from '../sample-state.js';
import { operation } from '../step.js';
import { cropView, develop, viewOf } from '../view.js';
import { checkIntervals, drawBoxOfArea, type Interval } from './box-of-area.js';
import { sizeOf, skipPlace } from './crops.js';
import { outputSize } from './options.js';

/**
 * Cuts a box of random area and proportions and resizes it (Szegedy et al. 2014, section 6; defaults
 * of torchvision's RandomResizedCrop). Two draws are left unused at the end, those of the place that a
 * crop of fixed size would draw.
 */
export const randomResizedCrop = operation(
  () =>
    v.strictObject({
      op: v.literal('randomResizedCrop'),
      ...outputSize(),
      scale: v.optional(interval("Share of the image's area, at most 1."), [0.08, 1]),
      ratio: v.optional(interval('Width / height.'), [3 / 4, 4 / 3]),
    }),
  (options, context) => {
    const { scale, ratio } = options;
    const { height, width } = sizeOf(options, context);
    checkIntervals(scale, ratio);
    return {
      stage: 'image',
      describe: (input) => {
        needBytes(input);
        return withSize(input, height, width);
      },
      apply: (view, draws) => {
        const { box: shown } = view;
        const drawn = drawBoxOfArea('crop', shown, scale, ratio, draws.own);
        const box = drawn ?? largestBox(shown.height, shown.width, ratio);
        skipPlace(draws);
        const cut = viewOf(develop(cropView(view, box)));
        const method = context.preprocessing.resize;
        return { ...cut, size: { height, width }, method, box: { top: 0, left: 0, height, width } };
      },
    };
  },
);

/** For images too narrow for any box drawn: the largest centered box whose proportions are allowed. */
function largestBox(height: number, width: number, ratio: Interval): CropBox {
  const aspect = Math.min(ratio[1], Math.max(ratio[0], width / height));
  const w = Math.min(width, Math.max(1, Math.round(height * aspect)));
  const h = Math.min(height, Math.max(1, Math.round(width / aspect)));
  return { top: centerOffset(height, h), left: centerOffset(width, w), height: h, width: w };
}
