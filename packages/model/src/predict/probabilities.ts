import type { Tensor, Tensor2D, Tensor4D } from '@tensorflow/tfjs-core';
import type { Network } from '../network/network.js';
import { kernelOf } from '../ops/kernels.js';

/**
 * Softmax of the logits `[batch, classes]`, compiled where the backend can. The caller disposes it.
 *
 * @param x `[batch, height, width, channels]` float32, preprocessed.
 */
export function probabilities(network: Network, x: Tensor4D): Tensor2D {
  const { tf } = network;
  const compute = (input: Tensor) => tf.softmax(network.forward(input as Tensor4D));
  return tf.tidy(() => {
    const compiled = kernelOf(tf, 'AlexNetFixedGraph');
    if (!compiled) return compute(x);
    const constants = network.parameters.map(({ variable }) => variable);
    return compiled({ x }, { owner: network, constants, compute });
  });
}
