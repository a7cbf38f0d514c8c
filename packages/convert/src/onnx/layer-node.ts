import type { FoundLayer, FoundPadding, FoundTensor } from '../found/found-network.js';
import { mapped, permuted, readNumber, reshaped } from '../tensors/derived.js';
import type { NodeReader } from './node-reader.js';

const ACTIVATIONS = { Relu: 'relu', Tanh: 'tanh', Sigmoid: 'sigmoid' } as const;

/** Layers of one operator on maps; null for an operator that is none of these. */
export async function layerNode(node: NodeReader): Promise<readonly FoundLayer[] | null> {
  switch (node.operator) {
    case 'Conv':
      return [convolution(node)];
    case 'com.microsoft.FusedConv': {
      if (node.has(3)) throw node.refusal('adds another branch, AlexNet has none');
      return [convolution(node), ...fusedActivation(node)];
    }
    case 'Gemm':
      return [dense(node)];
    case 'com.microsoft.FusedGemm': {
      const layer = dense(node);
      node.ignore('activation_beta', 'activation_gamma');
      return [layer, ...fusedActivation(node, node.number('activation_alpha', 0.01))];
    }
    case 'MatMul':
      return [{ op: 'dense', ...matrix(node, named(node, 1), [1, 0], {}) }];
    case 'Relu':
    case 'Tanh':
    case 'Sigmoid':
      node.ignore('consumed_inputs');
      return [{ op: 'activation', function: ACTIVATIONS[node.operator] }];
    case 'LeakyRelu':
      node.ignore('consumed_inputs');
      return leaky(node.number('alpha', 0.01));
    case 'MaxPool':
    case 'AveragePool':
      return [pool(node)];
    case 'GlobalAveragePool':
      return [{ op: 'globalpool' }];
    case 'ReduceMean': {
      const axes = [...(node.integers(1) ?? node.list('axes', []))].map((axis) => (axis + 4) % 4);
      node.ignore('keepdims', 'noop_with_empty_axes');
      if (axes.sort().join() !== '2,3') throw node.refusal(`over the axes ${axes}`);
      return [{ op: 'globalpool' }];
    }
    case 'LRN': {
      const size = node.number('size', 0);
      const sumCoeff = node.number('alpha', 1e-4) / size;
      const [beta, k] = [node.number('beta', 0.75), node.number('bias', 1)];
      return [{ op: 'lrn', size, sumCoeff, beta, k, groups: 1 }];
    }
    case 'BatchNormalization':
      return [batchNorm(node)];
    default:
      return null;
  }
}

function leaky(slope: number): readonly FoundLayer[] {
  return [{ op: 'activation', function: 'relu', ...(slope === 0 ? {} : { slope }) }];
}

function fusedActivation(node: NodeReader, alpha = 0.01): readonly FoundLayer[] {
  const name = node.text('activation', '');
  const [slope = alpha] = node.list('activation_params', []).map(readNumber);
  if (name === '') return [];
  if (name === 'Relu' || name === 'Tanh' || name === 'Sigmoid') {
    return [{ op: 'activation', function: ACTIVATIONS[name] }];
  }
  if (name === 'LeakyRelu') return leaky(slope);
  throw node.refusal(`has the activation ${name}`);
}

function named(node: NodeReader, index: number): FoundTensor {
  const tensor = node.tensor(index);
  if (!tensor) throw node.refusal(`has an input ${index} that is no constant`);
  return { name: `${node.outputs[0] ?? ''}.${index}`, ...tensor };
}

function optional(node: NodeReader, index: number): { readonly bias?: FoundTensor } {
  return node.has(index) ? { bias: vector(named(node, index)) } : {};
}

/** `[1, n]`, `[n, 1, 1]` and the like as `[n]`. */
export function vector(tensor: FoundTensor): FoundTensor {
  const elements = tensor.shape.reduce((product, side) => product * side, 1);
  return reshaped(tensor, [elements]);
}

function convolution(node: NodeReader): FoundLayer {
  const weight = named(node, 1);
  const [filters = 0, , height = 1, width = 1] = weight.shape;
  if (weight.shape.length !== 4) throw node.refusal(`of rank ${weight.shape.length - 2}`);
  node.ignore('kernel_shape'); // that of the weight
  if (node.list('dilations', []).some((step) => step !== 1)) throw node.refusal('is dilated');
  return {
    op: 'conv',
    filters,
    kernel: [height, width],
    stride: single(node, node.list('strides', [1, 1]), 'strides'),
    padding: padding(node),
    groups: node.number('group', 1),
    rounding: 'floor',
    tensors: { weight, ...optional(node, 2) },
  };
}

function dense(node: NodeReader): FoundLayer {
  node.only('transA', 0);
  node.ignore('broadcast', 'axis');
  const weight = scaled(named(node, 1), node.number('alpha', 1));
  const beta = node.number('beta', 1);
  const { bias } = optional(node, 2);
  const axes = node.number('transB', 0) === 1 ? [0, 1] : [1, 0];
  return { op: 'dense', ...matrix(node, weight, axes, bias ? { bias: scaled(bias, beta) } : {}) };
}

function scaled(tensor: FoundTensor, factor: number): FoundTensor {
  return factor === 1 ? tensor : mapped(tensor, (value) => value * factor);
}

function matrix(
  node: NodeReader,
  weight: FoundTensor,
  axes: readonly [number, number] | number[],
  bias: { readonly bias?: FoundTensor },
) {
  if (weight.shape.length !== 2) throw node.refusal(`with a weight of shape [${weight.shape}]`);
  const stored = axes[0] === 0 ? weight : permuted(weight, axes);
  // One number for all units.
  const units = stored.shape[0] ?? 0;
  const spread =
    bias.bias && bias.bias.shape[0] === 1 && units > 1 ? repeated(bias.bias, units) : bias.bias;
  return { units, tensors: { weight: stored, ...(spread && { bias: spread }) } };
}

function repeated(tensor: FoundTensor, count: number): FoundTensor {
  const { bytes: _, ...rest } = tensor;
  return {
    ...rest,
    shape: [count],
    async read() {
      const [value = 0] = await tensor.read();
      return new Float32Array(count).fill(value);
    },
  };
}

function pool(node: NodeReader): FoundLayer {
  const max = node.operator === 'MaxPool';
  if (node.outputs.length > 1 && node.outputs[1] !== '') throw node.refusal('gives its indices');
  if (node.list('dilations', []).some((step) => step !== 1)) throw node.refusal('is dilated');
  node.ignore('storage_order'); // of the indices
  const size = single(node, node.list('kernel_shape', []), 'kernel_shape');
  const sides = padding(node);
  const padded = typeof sides === 'string' || Object.values(sides).some((side) => side !== 0);
  const counted = node.number('count_include_pad', 0) === 1;
  return {
    op: 'pool',
    kind: max ? 'max' : 'avg',
    size,
    stride: single(node, node.list('strides', [1, 1]), 'strides'),
    ...(padded ? { padding: sides } : {}),
    ...(node.number('ceil_mode', 0) === 1 ? { rounding: 'ceil' } : {}),
    ...(padded && counted && !max ? { countPadding: true } : {}),
  };
}

function batchNorm(node: NodeReader): FoundLayer {
  node.only('training_mode', 0);
  node.only('spatial', 1);
  node.ignore('momentum', 'is_test', 'consumed_inputs');
  const [weight, bias, mean, variance] = [1, 2, 3, 4].map((index) => named(node, index));
  return {
    op: 'batchnorm',
    momentum: 0.9,
    epsilon: node.number('epsilon', 1e-5),
    tensors: {
      ...(weight && { weight }),
      ...(bias && { bias }),
      ...(mean && { running_mean: mean }),
      ...(variance && { running_var: variance }),
    },
  };
}

/** A size that is the same down and across. */
function single(node: NodeReader, sides: readonly number[], what: string): number {
  const [down = 0, across = down] = sides;
  if (sides.length === 0 || sides.length > 2 || down !== across) {
    throw node.refusal(`has ${what} ${sides}; one size for both axes is needed`);
  }
  return down;
}

function padding(node: NodeReader): FoundPadding {
  const auto = node.text('auto_pad', 'NOTSET');
  const [top = 0, left = 0, bottom = 0, right = 0] = node.list('pads', []);
  if (auto === 'SAME_UPPER') return 'same';
  if (auto === 'SAME_LOWER') return 'same-lower';
  if (auto === 'VALID') return { top: 0, left: 0, bottom: 0, right: 0 };
  if (auto !== 'NOTSET') throw node.refusal(`has auto_pad ${auto}`);
  if ([top, left, bottom, right].some((side) => side < 0)) throw node.refusal('cuts its input');
  return { top, left, bottom, right };
}
