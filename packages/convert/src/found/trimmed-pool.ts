import { type FeatureShape, layerOutput, type Padding, type PoolSpec } from '@alexnet/model';

/**
 * A pool with only the padding its windows reach and only the rounding that matters for maps of this
 * size; null for a window of one pixel, which changes nothing.
 */
export function trimmedPool(pool: PoolSpec, input: FeatureShape): PoolSpec | null {
  const { size, stride, padding, rounding } = pool;
  if (size === 1 && stride === 1 && !padding) return null;
  const [height, width] = input;
  if (input.length !== 3 || height === undefined || width === undefined) return pool;
  const { rounding: _, padding: _padding, countPadding, ...plain } = pool;
  const [rows, columns] = layerOutput(pool, input);
  const reached = (outputs = 1, side: number, before: number, after: number) =>
    (outputs - 1) * stride + size > side + before ? after : 0;
  const reach: Padding = {
    top: padding?.top ?? 0,
    left: padding?.left ?? 0,
    bottom: reached(rows, height, padding?.top ?? 0, padding?.bottom ?? 0),
    right: reached(columns, width, padding?.left ?? 0, padding?.right ?? 0),
  };
  const padded = Object.values(reach).some((side) => side > 0);
  const kept: PoolSpec = {
    ...plain,
    ...(padded ? { padding: reach } : {}),
    ...(padded && countPadding ? { countPadding } : {}),
  };
  if (!rounding) return kept;
  const floored = layerOutput(kept, input);
  const same = floored[0] === rows && floored[1] === columns;
  return same ? kept : { ...kept, rounding };
}
