import type { Tensor, Tensor1D, Variable } from '@tensorflow/tfjs-core';
import { normalizeBatch } from '../ops/batch-norm.js';
import type { BatchNormSpec } from '../spec/layer-spec.js';
import type { Tf } from '../tf.js';
import type { TfLayer } from './layer-class.js';

/**
 * The stock layer, in training with a gradient of its own. It keeps a running variance of squares over n,
 * as Keras' does; called with `unbiasedVariance`, of squares over n − 1, as PyTorch's BatchNorm and Caffe's
 * do. What the batch itself is divided by is over n everywhere (Ioffe and Szegedy 2015, algorithms 1 and 2).
 */
export function batchNormLayer(tf: Tf, { name, momentum, epsilon }: BatchNormSpec): TfLayer {
  const layer = tf.layers.batchNormalization({ name, axis: -1, momentum, epsilon });
  const stock = layer.call.bind(layer);
  layer.call = (inputs, kwargs) => {
    if (kwargs.training !== true) return stock(inputs, kwargs);
    return tf.tidy(() => {
      // [n, height, width, channels] or [n, units]
      const x = (Array.isArray(inputs) ? inputs[0] : inputs) as Tensor;
      const [scale, shift, runningMean, runningVariance] = layer.weights.map(
        (weight) => weight.read() as Variable,
      ) as [Variable, Variable, Variable, Variable];
      const { y, mean, unbiasedVariance } = normalizeBatch(tf, x, {
        scale: scale as unknown as Tensor1D,
        shift: shift as unknown as Tensor1D,
        epsilon,
      });
      const keep = (running: Variable, value: Tensor) =>
        running.assign(tf.add(tf.mul(running, momentum), tf.mul(value, 1 - momentum)));
      const values = x.size / mean.size;
      const biased = () => tf.mul(unbiasedVariance, Math.max(values - 1, 1) / values);
      keep(runningMean, mean);
      keep(runningVariance, kwargs.unbiasedVariance === true ? unbiasedVariance : biased());
      return y;
    });
  };
  return layer;
}
