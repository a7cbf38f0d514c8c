import type { ConvSpec, LayerSpec, NetworkSpec, PoolSpec } from '@alexnet/model';
import { parameterName } from '../alexnet/foreign-names.js';

/** A layer of a Keras or TF.js model description. */
export interface KerasLayer {
  readonly class_name: string;
  readonly config: Readonly<Record<string, unknown>>;
}

/** Our part of a parameter's name to Keras's. */
export const KERAS_PARTS: Readonly<Record<string, string>> = {
  weight: 'kernel',
  bias: 'bias',
};

/** The same for a batch norm layer. */
export const KERAS_NORM_PARTS: Readonly<Record<string, string>> = {
  weight: 'gamma',
  bias: 'beta',
  running_mean: 'moving_mean',
  running_var: 'moving_variance',
};

/** `conv1.weight` as `conv1/kernel`, `norm1.weight` as `norm1/gamma`. */
export function kerasName(parameter: string, spec: NetworkSpec): string {
  const [layer = '', part = ''] = parameter.split('.');
  const norm = spec.layers.some(({ op, name }) => op === 'batchnorm' && name === layer);
  return `${layer}/${(norm ? KERAS_NORM_PARTS : KERAS_PARTS)[part] ?? part}`;
}

/** The other way: `norm1/gamma` as `norm1.weight`, `conv1/kernel` as `conv1.weight`. */
export function ourName(name: string): string {
  const [, layer, part] = /^(.+)\/([a-z_]+)$/.exec(name) ?? [];
  const norm = Object.entries(KERAS_NORM_PARTS).find(([, theirs]) => theirs === part);
  return layer !== undefined && norm ? `${layer}.${norm[0]}` : parameterName(name);
}

/**
 * A network as Keras layers in TF.js's dialect: stock layers wherever there is one, and
 * `AlexNetConv2D` (groups), `AlexNetPool2D` (padding, rounding), `AlexNetLRN`, `AlexNetMapNorm` and `AlexNetDropout` (2012's scaling) of
 * `@alexnet/model`, which `registerLayers(tf)` makes known to `tf.loadLayersModel`.
 */
export function kerasLayers({ input, layers }: NetworkSpec): readonly KerasLayer[] {
  const shape = [null, input.height, input.width, input.channels];
  const config = { batch_input_shape: shape, dtype: 'float32', sparse: false, name: 'input' };
  return [{ class_name: 'InputLayer', config }, ...layers.flatMap(toKeras)];
}

function toKeras(layer: LayerSpec): readonly KerasLayer[] {
  const { name } = layer;
  const make = (class_name: string, config: Record<string, unknown> = {}): KerasLayer => ({
    class_name,
    config: { name, trainable: true, ...config },
  });
  switch (layer.op) {
    case 'conv':
      return convLayers(layer);
    case 'dense':
      return [make('Dense', { units: layer.units, activation: 'linear', use_bias: true })];
    case 'activation':
      return layer.slope === undefined
        ? [make('Activation', { activation: layer.function })]
        : [make('LeakyReLU', { alpha: layer.slope })];
    case 'pool':
      if (layer.padding || layer.rounding) return [make('AlexNetPool2D', poolConfig(layer))];
      return [
        make(layer.kind === 'max' ? 'MaxPooling2D' : 'AveragePooling2D', {
          pool_size: [layer.size, layer.size],
          strides: [layer.stride, layer.stride],
          padding: 'valid',
          data_format: 'channels_last',
        }),
      ];
    case 'lrn':
    case 'mapnorm': {
      const { size, k, sumCoeff, beta } = layer;
      const constants = { size, k, sum_coeff: sumCoeff, beta };
      return layer.op === 'lrn'
        ? [make('AlexNetLRN', { ...constants, groups: layer.groups })]
        : [make('AlexNetMapNorm', constants)];
    }
    case 'batchnorm':
      return [
        make('BatchNormalization', {
          axis: -1,
          momentum: layer.momentum,
          epsilon: layer.epsilon,
          center: true,
          scale: true,
        }),
      ];
    case 'dropout':
      return layer.scaling === 'train'
        ? [make('Dropout', { rate: layer.rate })]
        : [make('AlexNetDropout', { rate: layer.rate, scaling: layer.scaling })];
    case 'flatten':
      return [make('Flatten')];
    case 'globalpool':
      return [make('GlobalAveragePooling2D', { data_format: 'channels_last' })];
  }
}

function poolConfig({ kind, size, stride, padding, rounding, countPadding }: PoolSpec) {
  return {
    kind,
    size,
    stride,
    ...(padding && { padding }),
    ...(rounding && { rounding }),
    ...(countPadding && { count_padding: true }),
  };
}

function convLayers({ name, filters, kernel, stride, padding, groups }: ConvSpec): KerasLayer[] {
  if (groups > 1) {
    const config = {
      name,
      trainable: true,
      filters,
      kernel_size: [...kernel],
      stride,
      padding,
      groups,
    };
    return [{ class_name: 'AlexNetConv2D', config }];
  }
  const { top, left, bottom, right } = padding;
  const even = [top, bottom].every((side) => side === (kernel[0] - 1) / 2);
  const evenAcross = [left, right].every((side) => side === (kernel[1] - 1) / 2);
  const same = stride === 1 && even && evenAcross;
  const unpadded = top + left + bottom + right === 0;
  const conv = {
    class_name: 'Conv2D',
    config: {
      name,
      trainable: true,
      filters,
      kernel_size: [...kernel],
      strides: [stride, stride],
      padding: same && !unpadded ? 'same' : 'valid',
      data_format: 'channels_last',
      dilation_rate: [1, 1],
      activation: 'linear',
      use_bias: true,
    },
  };
  if (same || unpadded) return [conv];
  const zeros = [
    [top, bottom],
    [left, right],
  ];
  const config = {
    name: `${name}_pad`,
    trainable: true,
    padding: zeros,
    data_format: 'channels_last',
  };
  return [{ class_name: 'ZeroPadding2D', config }, conv];
}
