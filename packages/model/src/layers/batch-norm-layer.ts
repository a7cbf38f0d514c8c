import type { Tensor, Tensor1D, Variable } from '@tensorflow/tfjs-core';
import type { BatchNormSpec } from '../spec/layer-spec.js';
import type { Tf } from '../tf.js';
import type { TfLayer } from './layer-class.js';

/**
 * The stock layer. Called with `unbiasedVariance` in training it keeps a running variance of squares
 * over n − 1, as PyTorch's BatchNorm and Caffe's do; the stock one keeps that over n, as Keras' does. What
 * the batch itself is divided by is over n everywhere (Ioffe and Szegedy 2015, algorithms 1 and 2).
 */
export function batchNormLayer(tf: Tf, { name, momentum, epsilon }: BatchNormSpec): TfLayer {
  const layer = tf.layers.batchNormalization({ name, axis: -1, momentum, epsilon });
  const stock = layer.call.bind(layer);
  layer.call = (inputs, kwargs) => {
    if (kwargs.training !== true || kwargs.unbiasedVariance !== true) return stock(inputs, kwargs);
    return tf.tidy(() => {
      // [n, height, width, channels] or [n, units]
      const x = (Array.isArray(inputs) ? inputs[0] : inputs) as Tensor;
      const [scale, shift, runningMean, runningVariance] = layer.weights.map(
        (weight) => weight.read() as Variable,
      ) as [Variable, Variable, Variable, Variable];
      const { mean, variance } = tf.moments(x, [...x.shape.keys()].slice(0, -1));
      const values = x.size / mean.size;
      const keep = (running: Variable, value: Tensor) =>
        running.assign(tf.add(tf.mul(running, momentum), tf.mul(value, 1 - momentum)));
      keep(runningMean, mean);
      keep(runningVariance, tf.mul(variance, values / Math.max(values - 1, 1)));
      return tf.batchNorm(
        x as never,
        mean as Tensor1D,
        variance as Tensor1D,
        shift as unknown as Tensor1D,
        scale as unknown as Tensor1D,
        epsilon,
      );
    });
  };
  return layer;
}
