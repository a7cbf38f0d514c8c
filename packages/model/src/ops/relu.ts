import type { Tensor } from '@tensorflow/tfjs-core';
import type { Tf } from '../tf.js';

/** The fast gradient a backend may register. */
const RELU_GRAD = 'AlexNetReluGrad';

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
      gradFunc: (dy, saved) => {
        const y = saved[0] as Tensor;
        if (tf.getKernel(RELU_GRAD, tf.getBackend())) {
          return tf.engine().runKernel(RELU_GRAD, { dy, y }) as Tensor;
        }
        return tf.mul(dy, tf.cast(tf.greater(y, 0), 'float32'));
      },
    };
  });
  return op(x);
}
