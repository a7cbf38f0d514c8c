import type { TfLayer } from '../layers/layer-class.js';
import { registerLayers } from '../layers/register-layers.js';
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
    case 'activation':
      return tf.layers.activation({ name, activation: spec.function });
    case 'pool': {
      const { size: poolSize, stride: strides } = spec;
      const pool = { name, poolSize, strides, padding: 'valid' } as const;
      return spec.kind === 'max' ? tf.layers.maxPooling2d(pool) : tf.layers.averagePooling2d(pool);
    }
    case 'lrn':
      return new custom.Lrn(spec);
    case 'mapnorm':
      return new custom.MapNorm(spec);
    case 'batchnorm':
      return tf.layers.batchNormalization({
        name,
        axis: -1,
        momentum: spec.momentum,
        epsilon: spec.epsilon,
      });
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
    return tf.layers.conv2d({
      name,
      filters,
      kernelSize: [...kernel],
      strides: stride,
      padding: stock,
      kernelInitializer: 'zeros',
    });
  }
  const { GroupedConv } = registerLayers(tf);
  return new GroupedConv({ name, filters, kernelSize: kernel, stride, padding, groups });
}
