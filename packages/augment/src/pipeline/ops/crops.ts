import { centerOffset, centralSquare as squareOf } from '@alexnet/files/image';
import * as v from 'valibot';
import { needLevels, type SampleState, withSize } from '../sample-state.js';
import { type Draws, operation, type PipelineContext } from '../step.js';
import { cropView } from '../view.js';
import { outputSize, sharedBy } from './options.js';

/** Cuts images to their central square (paper, section 2). */
export const centralSquare = operation(
  () => v.strictObject({ op: v.literal('centralSquare') }),
  () => ({
    stage: 'image',
    describe: (input) => {
      needLevels(input);
      const { shorterSide } = input;
      return shorterSide === null ? input : withSize(input, shorterSide, shorterSide);
    },
    apply: (view) => cropView(view, squareOf(view.box)),
  }),
);

/** Crops at a uniformly random position. */
export const randomCrop = operation(
  () => v.strictObject({ op: v.literal('randomCrop'), ...outputSize(), sharedBy: sharedBy() }),
  (options, context) => {
    const { height, width } = sizeOf(options, context);
    return {
      stage: 'image',
      describe: (input) => describeCrop(input, height, width),
      apply: (view, { placement }) => {
        const top = placement.below(view.box.height - height + 1);
        const left = placement.below(view.box.width - width + 1);
        return cropView(view, { top, left, height, width });
      },
    };
  },
);

/** Crops the center; draws as `randomCrop` does, so that what follows draws the same after either. */
export const centerCrop = operation(
  () => v.strictObject({ op: v.literal('centerCrop'), ...outputSize() }),
  (options, context) => {
    const { height, width } = sizeOf(options, context);
    return {
      stage: 'image',
      describe: (input) => describeCrop(input, height, width),
      apply: (view, draws) => {
        skipPlace(draws);
        const top = centerOffset(view.box.height, height);
        const left = centerOffset(view.box.width, width);
        return cropView(view, { top, left, height, width });
      },
    };
  },
);

/** The two draws of a random place, unused. */
export function skipPlace({ placement }: Draws): void {
  placement.next();
  placement.next();
}

/** The size asked for, or the network's. */
export function sizeOf(
  { height, width }: { readonly height?: number; readonly width?: number },
  { preprocessing: { crop } }: PipelineContext,
): { readonly height: number; readonly width: number } {
  return { height: height ?? crop.height, width: width ?? crop.width };
}

function describeCrop(input: SampleState, height: number, width: number): SampleState {
  needLevels(input);
  const rows = input.size?.height ?? input.shorterSide ?? 0;
  const columns = input.size?.width ?? input.shorterSide ?? 0;
  if (rows < height || columns < width) {
    const given = rows === 0 ? 'of unknown size' : `of only ${columns} × ${rows} px`;
    throw new RangeError(
      `cuts ${width} × ${height} px, but is given images ${given}; put resize before it`,
    );
  }
  return withSize(input, height, width);
}
