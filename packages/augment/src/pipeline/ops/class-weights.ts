import * as v from 'valibot';
import { atLeast } from '../../settings/schemas.js';
import { operation } from '../step.js';

/**
 * Weighs what the loss counts of every class, so that rare classes are learned as much as frequent
 * ones: rows of targets no longer add up to 1, but on average over the batch, which is the weighted
 * mean of PyTorch's `CrossEntropyLoss(weight)` for one-hot targets. A share of a batch is weighed by the
 * labels of all of it.
 */
export const classWeights = operation(
  () =>
    v.strictObject({
      op: v.literal('classWeights'),
      weights: v.optional(
        v.union(
          [v.literal('balanced'), v.array(atLeast(0, 'Weight.'))],
          'balanced, or a list of numbers of 0 or more, one a class',
        ),
        'balanced',
      ),
    }),
  ({ weights: given }, { classCounts }) => {
    const weights = given === 'balanced' ? balanced(classCounts ?? []) : given;
    if (classCounts && weights.length !== classCounts.length) {
      throw new RangeError(`has ${weights.length} weights for ${classCounts.length} classes`);
    }
    return {
      stage: 'batch',
      mixes: false,
      apply: ({ targets, labels }) => {
        const classes = targets.length / labels.length;
        if (weights.length !== classes) {
          throw new RangeError(`classWeights has ${weights.length} weights for ${classes} classes`);
        }
        let sum = 0;
        for (let i = 0; i < targets.length; i++) {
          targets[i] = (targets[i] as number) * (weights[i % classes] as number);
          sum += targets[i] as number;
        }
        if (sum === 0) return;
        const scale = labels.length / sum;
        for (let i = 0; i < targets.length; i++) targets[i] = (targets[i] as number) * scale;
      },
    };
  },
);

/** images / (classes · images of the class), as scikit-learn's `balanced`; 0 for a class without any. */
function balanced(counts: readonly number[]): number[] {
  const images = counts.reduce((sum, count) => sum + count, 0);
  return counts.map((count) => (count === 0 ? 0 : images / (counts.length * count)));
}
