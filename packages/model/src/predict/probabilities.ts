import type { Tensor, Tensor2D } from '@tensorflow/tfjs-core';
import type { Network } from '../network/network.js';
import { type ImageShape, imagesOf } from '../ops/byte-images.js';
import { kernelOf } from '../ops/kernels.js';

/**
 * Softmax of the logits `[batch, classes]`, compiled where the backend can, with what makes images of bytes.
 * The caller disposes it.
 *
 * @param pixels What `imagesOf` makes preprocessed images `[batch, height, width, channels]` of.
 */
export function probabilities(
  network: Network,
  pixels: readonly Tensor[],
  imageShape: ImageShape,
): Tensor2D {
  const { tf } = network;
  const compute = (given: readonly Tensor[]) =>
    tf.softmax(network.forward(imagesOf(tf, given, imageShape)));
  return tf.tidy(() => {
    const compiled = kernelOf(tf, 'AlexNetFixedGraph');
    if (!compiled) return compute(pixels);
    const constants = network.parameters.map(({ variable }) => variable);
    const inputs = Object.fromEntries(pixels.map((tensor, i) => [i, tensor]));
    return compiled(inputs, { owner: network, variant: `${imageShape}`, constants, compute });
  });
}
