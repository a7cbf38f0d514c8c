import type { Tensor, Tensor2D, Tensor4D } from '@tensorflow/tfjs-core';
import type { Network } from '../network/network.js';

/** A backend may register this kernel to compile a function whose weights do not change. */
const FIXED_GRAPH = 'AlexNetFixedGraph';

/**
 * Softmax of the logits `[batch, classes]`, compiled where the backend can. The caller disposes it.
 *
 * @param x `[batch, height, width, channels]` float32, preprocessed.
 */
export function probabilities(network: Network, x: Tensor4D): Tensor2D {
  const { tf } = network;
  const compute = (input: Tensor) => tf.softmax(network.forward(input as Tensor4D));
  return tf.tidy(() => {
    if (!tf.getKernel(FIXED_GRAPH, tf.getBackend())) return compute(x);
    const constants = network.parameters.map(({ variable }) => variable);
    const attrs = { owner: network, constants, compute };
    return tf.engine().runKernel(FIXED_GRAPH, { x }, attrs as never) as Tensor2D;
  });
}
