import * as v from 'valibot';
import { channelAffine } from '../../normalize-crop.js';
import { needLevels } from '../sample-state.js';
import { operation } from '../step.js';

/**
 * Channel order, value range, mean and deviation of the network's preprocessing, which travels with
 * its weights: it has no options of its own.
 */
export const normalize = operation(
  () => v.strictObject({ op: v.literal('normalize') }),
  (_, { preprocessing }) => ({
    stage: 'normalize',
    describe: (input) => {
      needLevels(input);
      const { scale, shift } = channelAffine(preprocessing);
      const ends = [0, 1, 2].flatMap((c) =>
        input.range.map((value) => value * (scale[c] ?? 1) + (shift[c] ?? 0)),
      );
      const range = [Math.min(...ends), Math.max(...ends)] as const;
      return { ...input, type: 'float32', unit: 'normalized', range };
    },
  }),
);
