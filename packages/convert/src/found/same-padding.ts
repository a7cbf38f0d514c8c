import type { FeatureShape, Padding } from '@alexnet/model';
import type { FoundLayer, FoundPadding } from './found-network.js';
import { NO_PADS, plusPads } from './with-pads.js';

/** All zeros a convolution sees around maps of this size. */
export function convolutionPadding(
  { padding, around = NO_PADS, kernel, stride }: Extract<FoundLayer, { op: 'conv' }>,
  [height, width = 1]: FeatureShape,
): Padding {
  const { top, left, bottom, right } = around;
  const size = [height + top + bottom, width + left + right, 1] as const;
  return plusPads(paddingFor(padding, size, kernel, stride), around);
}

/** Padding in pixels for maps of this size. */
export function paddingFor(
  padding: FoundPadding,
  [height, width]: FeatureShape,
  kernel: readonly [height: number, width: number],
  stride: number,
): Padding {
  if (typeof padding === 'object') return padding;
  const sides = (size: number, window: number): readonly [number, number] => {
    const total = Math.max((Math.ceil(size / stride) - 1) * stride + window - size, 0);
    const less = Math.floor(total / 2);
    return padding === 'same' ? [less, total - less] : [total - less, less];
  };
  const [top, bottom] = sides(height, kernel[0]);
  const [left, right] = sides(width ?? 1, kernel[1]);
  return { top, left, bottom, right };
}
