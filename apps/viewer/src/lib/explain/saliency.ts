import type { Network, Tf } from '@alexnet/model';
import type { HeatMap } from './heat-image.js';

type Scalar = import('@tensorflow/tfjs-core').Scalar;
type Tensor = import('@tensorflow/tfjs-core').Tensor;
type Tensor4D = import('@tensorflow/tfjs-core').Tensor4D;

/**
 * Largest channel of |∂ logit / ∂ input| at every pixel (Simonyan et al. 2013, section 3.1).
 *
 * `x` is one prepared image [1, h, w, 3]; the map is [h, w].
 */
export async function saliencyMap(
  tf: Tf,
  network: Network,
  x: Tensor4D,
  target: number,
): Promise<HeatMap> {
  const slope = tf.tidy(() => {
    const logit = (input: Tensor) =>
      tf.sum(tf.slice(network.forward(input as Tensor4D), [0, target], [1, 1])) as Scalar;
    return tf.max(tf.abs(tf.grad(logit)(x)), -1);
  });
  try {
    const [, height, width] = x.shape;
    return { width, height, data: (await slope.data()) as Float32Array };
  } finally {
    slope.dispose();
  }
}
