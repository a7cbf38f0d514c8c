import { type Handle, type RawOps, TF_INT32 } from './raw-ops.js';

/**
 * What has one filter a group, [a, b, c, groups], with a second one of zeros beside each: [a, b, c, 2 groups].
 *
 * oneDNN misreads filters [kh, kw, channels, groups] as TensorFlow 2.21.0 hands them over: convolutions in
 * groups, and the gradient by the input, are a fifth to a half off (relative error of random inputs), and so
 * is that gradient where one channel meets one filter. Without oneDNN, and with two filters, they are right.
 */
export function withSecondFilters(ops: RawOps, single: Handle): Handle {
  const [a = 0, b = 0, c = 0, groups = 0] = single.metadata.shape;
  const apart = reshape(ops, single, [a, b, c, groups, 1]);
  const zeros = reshape(ops, ops.ints([0, 0, 0, 0, 0, 0, 0, 0, 0, 1]), [5, 2], TF_INT32);
  const pairs = ops.run('Pad', { Tpaddings: TF_INT32 }, [apart, zeros]);
  return reshape(ops, pairs, [a, b, c, 2 * groups]);
}

/** The first of every two maps: [n, height, width, 2 groups] → [n, height, width, groups]. */
export function firstOfTwo(ops: RawOps, pairs: Handle): Handle {
  const [n = 0, height = 0, width = 0, maps = 0] = pairs.metadata.shape;
  const groups = maps / 2;
  const apart = reshape(ops, pairs, [n, height, width, groups, 2]);
  const from = [apart, ops.ints([0, 0, 0, 0, 0]), ops.ints([n, height, width, groups, 1])];
  const first = ops.run('Slice', { Index: TF_INT32 }, from);
  return reshape(ops, first, [n, height, width, groups]);
}

function reshape(ops: RawOps, tensor: Handle, shape: readonly number[], T?: number): Handle {
  return ops.run('Reshape', T === undefined ? {} : { T }, [tensor, ops.ints(shape)]);
}
