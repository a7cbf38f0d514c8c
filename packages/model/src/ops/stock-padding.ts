import type { Padding } from '../spec/layer-spec.js';

/**
 * The padding word of tfjs that means these zeros, or null where none does: `same` pads
 * (kernel - 1) / 2 on every side where the stride is 1.
 */
export function stockPadding(
  kernel: readonly [height: number, width: number],
  stride: number,
  { top, left, bottom, right }: Padding,
): 'valid' | 'same' | null {
  if (top + left + bottom + right === 0) return 'valid';
  const [vertical, horizontal] = [(kernel[0] - 1) / 2, (kernel[1] - 1) / 2];
  const same =
    top === vertical && bottom === vertical && left === horizontal && right === horizontal;
  return same && stride === 1 ? 'same' : null;
}
