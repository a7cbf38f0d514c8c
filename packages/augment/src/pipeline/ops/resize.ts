import * as v from 'valibot';
import { resizedSize } from '../../resize-image.js';
import { whole } from '../../settings/schemas.js';
import { needBytes } from '../sample-state.js';
import { operation } from '../step.js';
import { develop, viewOf } from '../view.js';

/**
 * Resizes as the preprocessing says, proportions kept or not, so that the shorter side has so many px
 * (torchvision's `Resize`).
 */
export const resize = operation(
  () =>
    v.strictObject({
      op: v.literal('resize'),
      shorterSide: v.exactOptional(
        whole(1, 'Pixels; left out, what the preprocessing of the network says.'),
      ),
    }),
  ({ shorterSide: side }, { preprocessing }) => {
    const method = preprocessing.resize;
    const shorterSide = side ?? method.shorterSide;
    return {
      stage: 'image',
      describe: (input) => {
        needBytes(input);
        const given = input.size !== null && input.size.height === input.size.width;
        const square = given || method.squash === true;
        const size = square ? { height: shorterSide, width: shorterSide } : null;
        return { ...input, shorterSide, size };
      },
      apply: (view) => {
        const whole = viewOf(develop(view));
        const size = resizedSize(whole.image, { ...method, shorterSide });
        return { ...whole, size, method, box: { top: 0, left: 0, ...size } };
      },
    };
  },
);
