import type { Tensor, Tensor4D } from '@tensorflow/tfjs-core';
import type { Tf } from '../tf.js';
import { type GroupedConv2DOptions, gradientsOfConv2d, windowOf } from './conv2d-gradients.js';
import { fusedConv2d } from './fused-layers.js';
import { type GroupedConv2DAttributes, kernelOf } from './kernels.js';
import { stockPadding } from './stock-padding.js';

const FORWARD = 'AlexNetGroupedConv2D';

/**
 * Convolution whose channels are cut into `groups` blocks that do not see each other.
 *
 * Runs the current backend's kernel `AlexNetGroupedConv2D` where it has one, and splits, convolves
 * and concatenates where not; the two agree to 1e-5.
 *
 * @param x `[batch, height, width, in]` float32.
 * @param filter `[kernel h, kernel w, in / groups, out]` float32.
 * @returns `[batch, out height, out width, out]`; a last, partial window is dropped.
 */
export function groupedConv2d(
  tf: Tf,
  x: Tensor4D,
  filter: Tensor4D,
  options: GroupedConv2DOptions,
): Tensor4D {
  const { stride, padding, groups } = options;
  const window = windowOf(options);
  const fast = kernelOf(tf, FORWARD);
  if (fast) {
    ensureGradient(tf);
    return fast({ x, filter }, window);
  }
  return tf.tidy(() => {
    // Not every backend differentiates a convolution with padding in pixels; all know the two words.
    const [height, width] = filter.shape;
    const word = stockPadding([height, width], stride, padding);
    const padded =
      word === null
        ? tf.pad(
            x,
            window.pad.map(([before, after]) => [before, after]),
          )
        : x;
    const convolve = (input: Tensor4D, kernel: Tensor4D) =>
      tf.conv2d(input, kernel, stride, word ?? 'valid');
    if (groups === 1) return convolve(padded, filter);
    const inputs = tf.split(padded, groups, 3);
    const kernels = tf.split(filter, groups, 3);
    return tf.concat(
      inputs.map((input, group) => convolve(input as Tensor4D, kernels[group] as Tensor4D)),
      3,
    );
  });
}

/** {@link groupedConv2d} and a bias `[out]`, each differentiated only where asked for. */
export function convolveWithBias(
  tf: Tf,
  x: Tensor4D,
  filter: Tensor4D,
  bias: Tensor,
  options: GroupedConv2DOptions,
): Tensor4D {
  return (
    fusedConv2d(tf, { x, filter, bias }, options, 'linear') ??
    tf.tidy(() => tf.add(groupedConv2d(tf, x, filter, options), bias))
  );
}

/** Connects the three kernels for automatic differentiation, once; each side is computed only if asked for. */
function ensureGradient(tf: Tf): void {
  if (tf.getGradient(FORWARD)) return;
  tf.registerGradient({
    kernelName: FORWARD,
    inputsToSave: ['x', 'filter'],
    gradFunc: (dy, saved, attrs) => {
      const [x, filter] = saved as [Tensor4D, Tensor4D];
      return gradientsOfConv2d(
        tf,
        x,
        filter,
        dy as Tensor4D,
        attrs as unknown as GroupedConv2DAttributes,
      );
    },
  });
}
