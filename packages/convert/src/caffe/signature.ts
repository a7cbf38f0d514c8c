import type { CaffeLayer, CaffeParameter } from './caffe-net.js';

/** Layers that compute nothing, or only while training. */
const SKIPPED = new Set([
  'Accuracy',
  'Data',
  'Dropout',
  'ImageData',
  'Input',
  'Softmax',
  'SoftmaxWithLoss',
  'Split',
]);

/**
 * What a net computes, as text, its sizes and names left out: two nets with the same signature and
 * the same weights give the same answers. Defaults are filled in as caffe.proto has them.
 */
export function signature(layers: readonly CaffeLayer<unknown>[]): string {
  return layers
    .filter(({ type }) => !SKIPPED.has(type))
    .map((layer) => `${layer.type}(${details(layer).join(' ')})`)
    .join('\n');
}

function details({
  type,
  parameters,
}: CaffeLayer<unknown>): readonly (string | number | boolean)[] {
  switch (type) {
    case 'Convolution': {
      const of = reader(parameters.convolution_param);
      const both = (key: string, plain: string, byDefault: number) =>
        ['h', 'w'].map((side) => of(`${key}_${side}`, of(plain, byDefault)));
      return [
        ...both('kernel', 'kernel_size', 0),
        ...both('stride', 'stride', 1),
        ...both('pad', 'pad', 0),
        of('group', 1),
        of('dilation', 1),
      ];
    }
    case 'InnerProduct': {
      const of = reader(parameters.inner_product_param);
      return [of('axis', 1), of('transpose', false)];
    }
    case 'Pooling': {
      const of = reader(parameters.pooling_param);
      if (of('global_pooling', false) === true) return [of('pool', 'MAX'), 'all'];
      const both = (key: string, plain: string) =>
        ['h', 'w'].map((side) => of(`${key}_${side}`, of(plain, 1)));
      // Ceil and floor agree wherever the windows fit, which the tensors' shapes tell.
      return [
        of('pool', 'MAX'),
        ...both('kernel', 'kernel_size'),
        ...both('stride', 'stride'),
        of('pad', 0),
      ];
    }
    case 'LRN': {
      const of = reader(parameters.lrn_param);
      const region = of('norm_region', 'ACROSS_CHANNELS');
      const k = region === 'ACROSS_CHANNELS' ? of('k', 1) : 1;
      return [region, of('local_size', 5), of('alpha', 1), of('beta', 0.75), k];
    }
    case 'ReLU':
      return [reader(parameters.relu_param)('negative_slope', 0)];
    case 'Power': {
      const of = reader(parameters.power_param);
      return [of('power', 1), of('scale', 1), of('shift', 0)];
    }
    case 'BatchNorm':
      return [reader(parameters.batch_norm_param)('eps', 1e-5)];
    default:
      return [];
  }
}

/** Floats are compared at the six digits a float32 keeps. */
function reader(parameter: CaffeParameter = {}) {
  return (key: string, byDefault: number | boolean | string) => {
    const value = Object.hasOwn(parameter, key) ? parameter[key] : byDefault;
    return typeof value === 'number' ? Number(value.toPrecision(6)) : (value ?? byDefault);
  };
}
