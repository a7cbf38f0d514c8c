import type { Tensor } from '@tensorflow/tfjs-core';
import type { Tf } from '../selection/tf.js';

/** Values in [-1, 1) without ties in any window: a Weyl sequence of the golden ratio. */
export function ramp<T extends Tensor = Tensor>(tf: Tf, shape: number[], seed: number): T {
  const count = shape.reduce((product, size) => product * size, 1);
  const data = Float32Array.from(
    { length: count },
    (_, i) => 2 * (((i + seed) * 0.61803398875) % 1) - 1,
  );
  return tf.tensor(data, shape) as T;
}
