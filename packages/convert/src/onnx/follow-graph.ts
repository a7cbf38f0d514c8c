import { convolution, normalization, rounded } from '../alexnet/describe-spec.js';
import { FormatError } from '../format-error.js';
import { transpose } from '../layout/transpose.js';
import type { StoredTensor, StoredTensors } from '../tensors/tensor-file.js';
import type { OnnxAttribute, OnnxModel, OnnxNode } from './parse-onnx.js';

/** What a graph computes, and the weights it does it with, in running order. */
export interface Followed {
  /** One line a layer, as `describeSpec` writes them. */
  readonly description: readonly string[];
  /** `1.weight`, `1.bias`, `2.weight` … by layer. */
  readonly tensors: StoredTensors;
}

/** Operators that change nothing an inference sees, or only the way numbers are laid out. */
const NEUTRAL = new Set([
  'Identity',
  'Dropout',
  'Softmax',
  'Flatten',
  'Reshape',
  'Squeeze',
  'Cast',
]);
const ACTIVATIONS: Readonly<Record<string, string>> = {
  Relu: 'relu',
  Tanh: 'tanh',
  Sigmoid: 'sigmoid',
};

/**
 * Follows a graph from node to node and names its weights by the operators that use them, so the
 * names an exporter chose do not matter.
 *
 * @throws FormatError unsupported for branches, channels-last graphs and unknown operators
 */
export function followGraph({ nodes, constants }: OnnxModel): Followed {
  const known = new Map(constants);
  const tensors: StoredTensors = new Map();
  const description: string[] = [];
  let pendingBias = false;
  for (const node of nodes) {
    const { operator, inputs, outputs } = node;
    const flowing = inputs.filter((name) => name !== '' && !known.has(name));
    if (flowing.length === 0) {
      known.set(outputs[0] ?? '', constantOf(node, known));
      continue;
    }
    if (flowing.length > 1) {
      throw new FormatError('unsupported', `ONNX: ${operator} joins branches, AlexNet has none`);
    }
    const of = (index: number): StoredTensor | undefined =>
      known.get(inputs[index] ?? '') ?? undefined;
    const add = (...parts: readonly [part: string, tensor: StoredTensor | undefined][]) => {
      for (const [part, tensor] of parts) {
        if (tensor) tensors.set(`${description.length}.${part}`, tensor);
      }
    };
    if (operator === 'Add' && pendingBias) {
      add(['bias', of(inputs.findIndex((name) => known.has(name)))]);
      pendingBias = false;
      continue;
    }
    if (NEUTRAL.has(operator)) continue;
    const line = describe(node, of);
    if (line === null) continue;
    description.push(line);
    if (operator === 'BatchNormalization') {
      add(['weight', of(1)], ['bias', of(2)], ['running_mean', of(3)], ['running_var', of(4)]);
    } else if (operator === 'Gemm') {
      add(['weight', number(node, 'transB', 0) === 1 ? of(1) : transposed(of(1))], ['bias', of(2)]);
    } else if (operator === 'MatMul') {
      add(['weight', transposed(of(1))]);
      pendingBias = true;
    } else if (operator === 'Conv') add(['weight', of(1)], ['bias', of(2)]);
  }
  return { description, tensors };
}

/** One line for an operator, null for one without effect. */
function describe(node: OnnxNode, of: (index: number) => StoredTensor | undefined): string | null {
  const { operator } = node;
  const activation = Object.hasOwn(ACTIVATIONS, operator) ? ACTIVATIONS[operator] : undefined;
  if (activation) return activation;
  switch (operator) {
    case 'Conv': {
      unpadded(node, ['NOTSET', 'VALID']);
      const kernel = of(1)?.shape.slice(2) ?? [];
      const pads = list(node, 'pads', [0, 0, 0, 0]);
      const dilated = list(node, 'dilations', [1, 1]).some((step) => step !== 1);
      if (dilated) throw new FormatError('unsupported', 'ONNX: a dilated convolution');
      return convolution(kernel, list(node, 'strides', [1, 1]), pads, number(node, 'group', 1));
    }
    case 'MaxPool':
    case 'AveragePool': {
      unpadded(node, ['NOTSET', 'VALID']);
      const kernel = list(node, 'kernel_shape', []);
      const strides = list(node, 'strides', [1, 1]);
      if (kernel.every((side) => side === 1) && strides.every((step) => step === 1)) return null;
      if (list(node, 'pads', [0]).some((side) => side !== 0)) {
        throw new FormatError('unsupported', 'ONNX: padded pooling');
      }
      return `${operator === 'MaxPool' ? 'max' : 'avg'} ${kernel} / ${strides}`;
    }
    case 'LRN': {
      const size = number(node, 'size', 0);
      return normalization('lrn', {
        size,
        sumCoeff: number(node, 'alpha', 1e-4) / size,
        beta: number(node, 'beta', 0.75),
        k: number(node, 'bias', 1),
      });
    }
    case 'Gemm':
      if (number(node, 'alpha', 1) !== 1 || number(node, 'beta', 1) !== 1) {
        throw new FormatError('unsupported', 'ONNX: a scaled Gemm');
      }
      return 'dense';
    case 'MatMul':
      return 'dense';
    case 'BatchNormalization':
      return `batchnorm ${rounded(number(node, 'epsilon', 1e-5))}`;
    case 'GlobalAveragePool':
      return 'globalpool';
    case 'Transpose':
      throw new FormatError('unsupported', 'ONNX: a channels-last graph; export it channels-first');
    default:
      throw new FormatError('unsupported', `ONNX: operator ${operator} is in no AlexNet`);
  }
}

/** The value of a node all of whose inputs are constants; null where it can be no weight. */
function constantOf(
  { operator, inputs, attributes }: OnnxNode,
  known: ReadonlyMap<string, StoredTensor | null>,
): StoredTensor | null {
  const input = known.get(inputs[0] ?? '') ?? null;
  if (operator === 'Identity') return input;
  if (operator !== 'Transpose' || !input) return null;
  const axes = attributes.get('perm');
  if (input.shape.length === 2 && (axes === undefined || String(axes) === '1,0')) {
    return transposed(input) ?? null;
  }
  throw new FormatError('unsupported', 'ONNX: a weight transposed by more than two axes');
}

function transposed(tensor: StoredTensor | undefined): StoredTensor | undefined {
  if (!tensor) return undefined;
  const [rows = 0, columns = 0] = tensor.shape;
  if (tensor.shape.length !== 2)
    throw new FormatError('bad-shape', 'ONNX: a matrix of another rank');
  return {
    dtype: tensor.dtype,
    shape: [columns, rows],
    async read() {
      return transpose(await tensor.read(), [rows, columns], [1, 0]);
    },
  };
}

function list(node: OnnxNode, name: string, byDefault: readonly number[]): readonly number[] {
  const value: OnnxAttribute = node.attributes.get(name) ?? byDefault;
  return typeof value === 'object' ? value : byDefault;
}

function number(node: OnnxNode, name: string, byDefault: number): number {
  const value = node.attributes.get(name) ?? byDefault;
  return typeof value === 'number' ? value : byDefault;
}

function unpadded(node: OnnxNode, allowed: readonly string[]): void {
  const auto = node.attributes.get('auto_pad') ?? 'NOTSET';
  if (!allowed.includes(String(auto))) {
    throw new FormatError('unsupported', `ONNX: auto_pad ${auto}; export explicit padding`);
  }
}
