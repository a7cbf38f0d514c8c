import type { Tensor4D } from '@tensorflow/tfjs-core';
import type { PoolSpec } from '../spec/layer-spec.js';
import { outputLength, type Window, windowsOf } from '../spec/window.js';
import type { Tf } from '../tf.js';

/** The smallest float32, which no pixel is below. */
const LOWEST = -(2 - 2 ** -23) * 2 ** 127;

/**
 * Pooling with padding in pixels and with a last window that may hang over the far edge, neither of
 * which tfjs has.
 *
 * @param x `[batch, height, width, channels]` float32.
 * @returns `[batch, out height, out width, channels]`.
 */
export function paddedPool(tf: Tf, x: Tensor4D, layer: Omit<PoolSpec, 'op' | 'name'>): Tensor4D {
  const { kind, size, stride } = layer;
  const [, height, width] = x.shape;
  const windows = windowsOf({ ...layer, op: 'pool', name: 'pool' });
  const down = placesOf(height, windows[0], layer.countPadding);
  const across = placesOf(width, windows[1], layer.countPadding);
  return tf.tidy(() => {
    const pads = [[0, 0], down.pad, across.pad, [0, 0]] as [number, number][];
    const padded = tf.pad(x, pads, kind === 'max' ? LOWEST : 0);
    if (kind === 'max') return tf.maxPool(padded, size, stride, 'valid');
    // The mean of a whole window, times the share of it that counts.
    const factors = down.counts.flatMap((rows) =>
      across.counts.map((columns) => (size * size) / (rows * columns)),
    );
    const shape = [1, down.counts.length, across.counts.length, 1] as const;
    return tf.mul(tf.avgPool(padded, size, stride, 'valid'), tf.tensor4d(factors, [...shape]));
  });
}

/** Padding of one axis with what the last window hangs over, and the places of each window a mean divides by. */
function placesOf(input: number, window: Window, countPadding = false) {
  const { kernel, stride, before, after } = window;
  const outputs = outputLength('pool', input, window);
  const end = input + before + after;
  const overhang = Math.max(0, (outputs - 1) * stride + kernel - end);
  const [first, last] = countPadding ? [0, end] : [before, before + input];
  const counts = Array.from({ length: outputs }, (_, index) => {
    const start = index * stride;
    return Math.min(start + kernel, last) - Math.max(start, first);
  });
  return { pad: [before, after + overhang] as [number, number], counts };
}
