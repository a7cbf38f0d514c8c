import { mapped, permuted, reshaped } from '../tensors/derived.js';
import type { StoredTensor } from '../tensors/tensor-file.js';
import { dequantized, quantizedAndBack } from './dequantize.js';
import { floats, type GraphValue, integers } from './graph-value.js';
import type { NodeReader } from './node-reader.js';
import { isFloat, type OnnxConstant } from './parse-tensor.js';

const NOTHING: GraphValue = { kind: 'constant', constant: { kind: 'other' } };
const MAX_ELEMENTS = 2 ** 28;

/**
 * The value of a node all of whose inputs are constants, as far as weights and shapes are made that way;
 * what is none of these becomes a value no layer can be made of.
 */
export async function constantNode(node: NodeReader): Promise<GraphValue> {
  const [input] = node.inputs;
  const own = input?.kind === 'constant' ? input.constant : undefined;
  switch (node.operator) {
    case 'Constant':
      return literal(node);
    case 'Identity':
    case 'Dropout':
      node.ignore('ratio', 'seed', 'is_test', 'consumed_inputs');
      return input ?? NOTHING;
    case 'Cast':
      node.ignore('saturate', 'round_mode');
      return own ? cast(own, node.number('to', 1)) : NOTHING;
    case 'ConstantOfShape':
      return ofShape(node);
    case 'DequantizeLinear':
      return (await dequantized(node)) ?? NOTHING;
    case 'QuantizeLinear':
      return (await quantizedAndBack(node)) ?? NOTHING;
    case 'Transpose':
      return own?.kind === 'float' ? transposed(node, own.tensor) : transposedList(node);
    case 'Reshape':
    case 'Squeeze':
    case 'Unsqueeze':
    case 'Flatten':
      return own ? sameNumbers(node, own) : NOTHING;
    case 'Gather':
    case 'Slice':
    case 'Concat':
    case 'Add':
    case 'Sub':
    case 'Mul':
    case 'Div':
    case 'Equal':
    case 'ReduceProd':
      return onIntegers(node) ?? (await onFloats(node)) ?? NOTHING;
    default:
      return NOTHING;
  }
}

async function cast(own: OnnxConstant, type: number): Promise<GraphValue> {
  if (own.kind === 'integer' && isFloat(type)) {
    return own.small ? floats(fromNumbers(own.small, own.shape)) : NOTHING;
  }
  if (own.kind === 'float' && !isFloat(type)) {
    const { shape } = own.tensor;
    if (shape.reduce((product, side) => product * side, 1) > 64) return NOTHING;
    return integers(Array.from(await own.tensor.read(), Math.trunc), shape);
  }
  return { kind: 'constant', constant: own };
}

function literal(node: NodeReader): GraphValue {
  const value = node.attribute('value');
  if (typeof value === 'object' && value !== null && 'kind' in value) {
    return { kind: 'constant', constant: value as OnnxConstant };
  }
  const float = node.attribute('value_float');
  if (typeof float === 'number') return floats(fromNumbers([float], []));
  const list = node.attribute('value_floats');
  if (Array.isArray(list)) return floats(fromNumbers(list as number[], [list.length]));
  const whole = node.attribute('value_int');
  if (typeof whole === 'number') return integers([whole], []);
  const many = node.attribute('value_ints');
  return Array.isArray(many) ? integers(many as number[]) : NOTHING;
}

function fromNumbers(values: readonly number[], shape: readonly number[]): StoredTensor {
  return { dtype: 'f32', shape, read: async () => Float32Array.from(values) };
}

/** Weights that are all one number, as in the light test models of ONNX. */
async function ofShape(node: NodeReader): Promise<GraphValue> {
  const shape = node.integers(0);
  const value = node.attribute('value') as OnnxConstant | undefined;
  if (
    !shape ||
    shape.length > 16 ||
    !shape.every((side) => Number.isSafeInteger(side) && side >= 0)
  ) {
    return NOTHING;
  }
  const length = shape.reduce((product, side) => product * side, 1);
  if (value?.kind === 'integer') {
    return length <= 64 ? integers(Array(length).fill(value.small?.[0] ?? 0), shape) : NOTHING;
  }
  if (length > MAX_ELEMENTS) throw node.refusal(`makes ${length} numbers`);
  const [number = 0] = value?.kind === 'float' ? await value.tensor.read() : [];
  const read = async () => new Float32Array(length).fill(number);
  return floats({ dtype: 'f32', shape, read });
}

function transposed(node: NodeReader, tensor: StoredTensor): GraphValue {
  const reversed = tensor.shape.map((_, axis) => tensor.shape.length - 1 - axis);
  const axes = node.list('perm', reversed);
  if (tensor.shape.length > 4 || [...axes].sort().join() !== [...reversed].sort().join()) {
    throw node.refusal(`moves the axes ${axes} of a constant`);
  }
  return floats(permuted(tensor, axes));
}

/** The shape alone changes. */
function sameNumbers(node: NodeReader, own: OnnxConstant): GraphValue {
  node.ignore('allowzero', 'axes', 'shape', 'consumed_inputs');
  if (own.kind === 'integer') {
    if (!own.small) return NOTHING;
    const sides = node.operator === 'Reshape' ? (node.integers(1) ?? []) : [];
    if (sides.length > 1) return integers(own.small, filledIn(sides, own.small.length));
    return integers(
      own.small,
      node.operator === 'Squeeze' && own.small.length === 1 ? [] : undefined,
    );
  }
  if (own.kind !== 'float') return NOTHING;
  const { tensor } = own;
  const axes = node.integers(1) ?? node.list('axes', []);
  switch (node.operator) {
    case 'Squeeze':
      return floats({ ...tensor, shape: squeezed(tensor.shape, axes) });
    case 'Unsqueeze': {
      const rank = tensor.shape.length + axes.length;
      const places = axes.map((axis) => (axis < 0 ? axis + rank : axis));
      const rest = [...tensor.shape];
      const shape = Array.from({ length: rank }, (_, axis) =>
        places.includes(axis) ? 1 : (rest.shift() ?? 1),
      );
      return floats(reshaped(tensor, shape));
    }
    case 'Reshape': {
      const wanted = (node.integers(1) ?? node.list('shape', [])).map((side, axis) =>
        side === 0 ? (tensor.shape[axis] ?? 0) : side,
      );
      const elements = tensor.shape.reduce((product, side) => product * side, 1);
      return floats(reshaped(tensor, filledIn(wanted, elements)));
    }
    default:
      throw node.refusal('of a constant');
  }
}

/** A shape whose one free side, -1, is worked out. */
function filledIn(shape: readonly number[], elements: number): readonly number[] {
  const known = shape.filter((side) => side > 0).reduce((product, side) => product * side, 1);
  return shape.map((side) => (side < 0 ? elements / known : side));
}

/** Rows of a table of whole numbers as columns. */
function transposedList(node: NodeReader): GraphValue {
  node.ignore('perm');
  const [input] = node.inputs;
  const list = node.integers(0);
  if (!list || input?.kind !== 'constant' || input.constant.kind !== 'integer') return NOTHING;
  const [rows = 1, columns = 1, ...more] = input.constant.shape;
  if (more.length > 0) return NOTHING;
  const turned = Array.from({ length: columns }, (_, column) =>
    Array.from({ length: rows }, (_row, row) => list[row * columns + column] ?? 0),
  );
  return integers(turned.flat(), [columns, rows]);
}

/** Rows of a list or table from `start` to `end`, backwards where the step is -1. */
function sliced(node: NodeReader, list: readonly number[]): GraphValue | undefined {
  const [start, end, axis = 0, step = 1] = [1, 2, 3, 4].map((index) => node.integers(index)?.[0]);
  const [input] = node.inputs;
  if (start === undefined || end === undefined || axis !== 0 || Math.abs(step) !== 1)
    return undefined;
  if (input?.kind !== 'constant' || input.constant.kind !== 'integer') return undefined;
  const [, ...sides] = input.constant.shape;
  const width = sides.reduce((product, side) => product * side, 1);
  const rows = Array.from({ length: list.length / width }, (_, row) =>
    list.slice(row * width, (row + 1) * width),
  );
  const last = start < 0 ? start + rows.length : start;
  const kept =
    step === 1
      ? rows.slice(start, end)
      : rows.slice(end < -rows.length ? 0 : end + 1, last + 1).reverse();
  return integers(kept.flat(), [kept.length, ...sides]);
}

function squeezed(shape: readonly number[], axes: readonly number[]): readonly number[] {
  if (axes.length === 0) return shape.filter((side) => side !== 1);
  const gone = axes.map((axis) => (axis < 0 ? axis + shape.length : axis));
  return shape.filter((side, axis) => side !== 1 || !gone.includes(axis));
}

/** Arithmetic of shapes; undefined where an input is no short list of whole numbers. */
function onIntegers(node: NodeReader): GraphValue | undefined {
  const lists = node.inputs.map((_, index) => node.integers(index));
  const [first, second] = lists;
  if (!first) return undefined;
  switch (node.operator) {
    case 'Gather': {
      if (!second || node.number('axis', 0) !== 0) return undefined;
      const picked = second.map((index) => first.at(index) ?? Number.NaN);
      return integers(picked, isScalar(node, 1) ? [] : undefined);
    }
    case 'Concat':
      if (node.number('axis', 0) !== 0) return undefined;
      return lists.every((list) => list !== undefined)
        ? integers(lists.flatMap((list) => list ?? []))
        : undefined;
    case 'Slice':
      return sliced(node, first);
    case 'ReduceProd':
      node.ignore('axes', 'keepdims', 'noop_with_empty_axes');
      return integers([first.reduce((product, side) => product * side, 1)], []);
    default: {
      node.ignore('broadcast', 'axis', 'consumed_inputs');
      if (!second) return undefined;
      const length = Math.max(first.length, second.length);
      const of = (list: readonly number[], index: number) =>
        list[list.length === 1 ? 0 : index] ?? Number.NaN;
      return integers(
        Array.from({ length }, (_, index) =>
          combine(node.operator, of(first, index), of(second, index)),
        ),
        isScalar(node, 0) && isScalar(node, 1) ? [] : undefined,
      );
    }
  }
}

function isScalar(node: NodeReader, index: number): boolean {
  const value = node.inputs[index];
  return (
    value?.kind === 'constant' &&
    value.constant.kind === 'integer' &&
    value.constant.shape.length === 0
  );
}

function combine(operator: string, a: number, b: number): number {
  if (Number.isNaN(a) || Number.isNaN(b)) return Number.NaN;
  if (operator === 'Equal') return a === b ? 1 : 0;
  if (operator === 'Add') return a + b;
  if (operator === 'Sub') return a - b;
  return operator === 'Mul' ? a * b : Math.floor(a / b);
}

/** A float constant and a single number. */
async function onFloats(node: NodeReader): Promise<GraphValue | undefined> {
  const [a, b] = [node.tensor(0), node.tensor(1)];
  if (!a || !b || !['Add', 'Sub', 'Mul', 'Div'].includes(node.operator)) return undefined;
  node.ignore('broadcast', 'axis', 'consumed_inputs');
  const single = ({ shape }: StoredTensor) => shape.every((side) => side === 1);
  if (!single(b)) return undefined;
  const [by = 0] = await b.read();
  const change = {
    Add: (x: number) => x + by,
    Sub: (x: number) => x - by,
    Mul: (x: number) => x * by,
    Div: (x: number) => x / by,
  }[node.operator as 'Add'];
  return floats(mapped(a, change));
}
