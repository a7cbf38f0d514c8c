import type { Tensor, Tensor4D } from '@tensorflow/tfjs-core';
import { batchNormLayer } from '../layers/batch-norm-layer.js';
import type { TfLayer } from '../layers/layer-class.js';
import { registerLayers } from '../layers/register-layers.js';
import { withTrainingCall } from '../layers/training-call.js';
import { convolveWithBias } from '../ops/grouped-conv2d.js';
import { relu } from '../ops/relu.js';
import { stockPadding } from '../ops/stock-padding.js';
import type { ConvSpec, LayerSpec } from '../spec/layer-spec.js';
import type { Tf } from '../tf.js';

/**
 * The tfjs layer for one record: a stock layer where tfjs has one, so that `model.json` stays as
 * standard as it can, one of this package's where not. Weights start at zero; `buildNetwork` fills them.
 */
export function createLayer(tf: Tf, spec: LayerSpec): TfLayer {
  const custom = registerLayers(tf);
  const { name } = spec;
  switch (spec.op) {
    case 'conv':
      return convLayer(tf, spec);
    case 'dense':
      return tf.layers.dense({ name, units: spec.units, kernelInitializer: 'zeros' });
    case 'activation': {
      if (spec.slope !== undefined) return tf.layers.leakyReLU({ name, alpha: spec.slope });
      const layer = tf.layers.activation({ name, activation: spec.function });
      return spec.function === 'relu' ? withTrainingCall(layer, (x) => relu(tf, x)) : layer;
    }
    case 'pool': {
      const { size: poolSize, stride: strides, padding, rounding } = spec;
      if (padding || rounding) return new custom.Pool(spec);
      const pool = { name, poolSize, strides, padding: 'valid' } as const;
      return spec.kind === 'max' ? tf.layers.maxPooling2d(pool) : tf.layers.averagePooling2d(pool);
    }
    case 'lrn':
      return new custom.Lrn(spec);
    case 'mapnorm':
      return new custom.MapNorm(spec);
    case 'batchnorm':
      return batchNormLayer(tf, spec);
    case 'dropout':
      return new custom.Dropout(spec);
    case 'flatten':
      return tf.layers.flatten({ name });
    case 'globalpool':
      return tf.layers.globalAveragePooling2d({ name, dataFormat: 'channelsLast' });
  }
}

function convLayer(tf: Tf, spec: ConvSpec): TfLayer {
  const { name, filters, kernel, stride, padding, groups } = spec;
  const stock = groups === 1 ? stockPadding(kernel, stride, padding) : null;
  if (stock !== null) {
    const layer = tf.layers.conv2d({
      name,
      filters,
      kernelSize: [...kernel],
      strides: stride,
      padding: stock,
      kernelInitializer: 'zeros',
    });
    // The stock layer fuses the bias, and a fused convolution always computes the gradient of its
    // input, which for conv1 nobody needs.
    return withTrainingCall(layer, (x) => {
      const [filter, bias] = layer.weights.map((weight) => weight.read());
      return convolveWithBias(tf, x as Tensor4D, filter as Tensor4D, bias as Tensor, spec);
    });
  }
  const { GroupedConv } = registerLayers(tf);
  return new GroupedConv({ name, filters, kernelSize: kernel, stride, padding, groups });
}
