import type { Tensor } from '@tensorflow/tfjs-core';
import type { Tf } from '../tf.js';
import { kernelOf } from './kernels.js';

/**
 * max(x, 0) with a gradient of three operations, `dy · (y > 0)`; the stock one goes through `step`,
 * which looks for NaN and is five passes over memory on some backends. A kernel `AlexNetReluGrad`
 * (`dy`, `y`) of the current backend is used instead where there is one.
 *
 * @param x Any shape, float32.
 */
export function relu(tf: Tf, x: Tensor): Tensor {
  const op = tf.customGrad((input, save) => {
    const value = tf.relu(input as Tensor);
    (save as (tensors: Tensor[]) => void)([value]);
    return {
      value,
      gradFunc: (dy, saved) => reluGrad(tf, dy, saved[0] as Tensor),
    };
  });
  return op(x);
}

/** `dy` where `y` = ReLU(x) is positive, 0 elsewhere; float32 of one shape. */
export function reluGrad(tf: Tf, dy: Tensor, y: Tensor): Tensor {
  const fast = kernelOf(tf, 'AlexNetReluGrad');
  if (fast) return fast({ dy, y }, {});
  return tf.mul(dy, tf.cast(tf.greater(y, 0), 'float32'));
}
