import type { Tensor, Tensor2D, Tensor4D } from '@tensorflow/tfjs-core';
import type { Tf } from '../selection/tf.js';
import type { Check } from './check.js';
import { ramp } from './ramp.js';

/** A small network of tfjs' own ops with every gradient: what all backends have. */
export const LAYER_CHECK: Check = {
  name: 'small layers and their gradients',
  kernels: [],
  isEssential: true,
  run: layers,
  plain: layers,
};

function layers(tf: Tf): Tensor[] {
  const inputs = [
    ramp(tf, [2, 15, 15, 3], 7),
    ramp(tf, [3, 3, 3, 8], 11),
    ramp(tf, [72, 5], 13),
  ] as const;
  const forward = (...[x, filter, weight]: Tensor[]): Tensor => {
    const y = tf.relu(tf.conv2d(x as Tensor4D, filter as Tensor4D, 2, 'valid'));
    const normal = tf.localResponseNormalization(y as Tensor4D, 2, 2, 1e-2, 0.75);
    const pooled = tf.maxPool(normal as Tensor4D, 3, 2, 'valid');
    return tf.matMul(tf.reshape(pooled, [2, 72]), weight as Tensor2D);
  };
  const output = forward(...inputs);
  return [output, ...tf.grads(forward)([...inputs], ramp(tf, [2, 5], 3))];
}
