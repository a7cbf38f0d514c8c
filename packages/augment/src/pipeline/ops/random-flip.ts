import * as v from 'valibot';
import { needLevels } from '../sample-state.js';
import { operation } from '../step.js';
import { probability, sharedBy, untilEpoch } from './options.js';

/** Mirrors images left to right. */
export const randomFlip = operation(
  () =>
    v.strictObject({
      op: v.literal('randomFlip'),
      probability: v.optional(probability('the images that are mirrored'), 0.5),
      sharedBy: sharedBy(),
      untilEpoch: untilEpoch(),
    }),
  ({ probability: share }) => ({
    stage: 'image',
    describe: (input) => {
      needLevels(input);
      return input;
    },
    apply: (view, { placement }) => ({
      ...view,
      flip: placement.next() >= 1 - share ? !view.flip : view.flip,
    }),
  }),
);
