import * as v from 'valibot';
import { interval } from '../../settings/schemas.js';
import { operation } from '../step.js';
import { checkIntervals, drawBoxOfArea } from './box-of-area.js';
import { probability, untilEpoch } from './options.js';

/** Overwrites a random box (Zhong et al. 2017; defaults of torchvision's RandomErasing). */
export const randomErasing = operation(
  () =>
    v.strictObject({
      op: v.literal('randomErasing'),
      probability: v.optional(probability('the images that lose a box'), 0.5),
      scale: v.optional(interval("Share of the image's area, at most 1."), [0.02, 0.33]),
      ratio: v.optional(interval('Height / width.'), [0.3, 3.3]),
      value: v.optional(
        v.pipe(
          v.number(),
          v.finite(),
          v.description('What the box is filled with, in normalized units; 0 is the mean.'),
        ),
        0,
      ),
      untilEpoch: untilEpoch(),
    }),
  ({ probability: share, scale, ratio, value }) => {
    checkIntervals(scale, ratio);
    return {
      stage: 'pixels',
      describe: (input) => {
        const [low, high] = input.range;
        return { ...input, range: [Math.min(low, value), Math.max(high, value)] };
      },
      apply: (pixels, height, width, { own }) => {
        if (own.next() >= share) return;
        const box = drawBoxOfArea('erasing', { height, width }, scale, ratio, own);
        if (box === null) return;
        for (let y = box.top; y < box.top + box.height; y++) {
          const start = (y * width + box.left) * 3;
          pixels.fill(value, start, start + box.width * 3);
        }
      },
    };
  },
);
