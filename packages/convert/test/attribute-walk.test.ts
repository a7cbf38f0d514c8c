import { describe, expect, it } from 'vitest';
import type { FormatError } from '../src/index.js';
import { followGraph } from '../src/onnx/follow-graph.js';
import { floats, type GraphValue, integers } from '../src/onnx/graph-value.js';
import type { OnnxAttribute, OnnxNode } from '../src/onnx/parse-onnx.js';
import type { OnnxConstant } from '../src/onnx/parse-tensor.js';
import { MODULE_CLASSES, refusedAttribute } from '../src/torch/module-options.js';
import { foreign } from './foreign.js';

const listed = (name: string) => JSON.parse(new TextDecoder().decode(foreign(name)));

/** Every attribute any version of an operator has had, with its type, from ONNX's own schemas. */
const attributes: Record<string, Record<string, keyof typeof VALUES>> = listed(
  'onnx-attributes.json',
);
const VALUES = {
  INT: [0, 1, 7],
  FLOAT: [0.3125],
  STRING: ['SAME_UPPER', 'odd'],
  INTS: [
    [2, 2],
    [2, 2, 2, 2],
    [0, 3, 1, 2],
  ],
} as const;

/** Attributes that change nothing an inference computes. */
const PASSED: Readonly<Record<string, readonly string[]>> = {
  Conv: ['kernel_shape'], // the weight's own
  Gemm: ['broadcast'], // of a bias, which is known by its shape
  MaxPool: ['storage_order'], // of the indices
  ReduceMean: ['keepdims', 'noop_with_empty_axes'],
  BatchNormalization: ['momentum', 'is_test'],
  Split: ['num_outputs'], // they are counted
  Reshape: ['allowzero'],
  ArgMax: ['keepdims', 'select_last_index'],
  TopK: ['k', 'sorted'],
  Dropout: ['is_test', 'ratio', 'seed'],
  Cast: ['saturate', 'round_mode'], // of 8-bit floats
  // Activations stay floats.
  QuantizeLinear: ['axis', 'saturate', 'output_dtype', 'block_size', 'precision'],
  DequantizeLinear: ['axis', 'block_size', 'output_dtype'],
  // How a constant is stretched before opset 7, which its shape says too.
  Add: ['axis', 'broadcast'],
  Sub: ['axis', 'broadcast'],
  Mul: ['axis', 'broadcast'],
  Div: ['axis', 'broadcast'],
};

const numbers = (...shape: number[]): GraphValue =>
  floats({ dtype: 'f32', shape, read: async () => new Float32Array(60).fill(0.5) });

/** Constants an operator takes, and what it needs to be read. */
const INPUTS: Readonly<Record<string, readonly GraphValue[]>> = {
  Conv: [numbers(2, 3, 3, 3)],
  Gemm: [numbers(6, 2), numbers(2)],
  MatMul: [numbers(6, 2)],
  BatchNormalization: [numbers(3), numbers(3), numbers(3), numbers(3)],
  QuantizeLinear: [numbers()],
  DequantizeLinear: [numbers()],
  Add: [numbers(2, 1, 1)],
  Mul: [numbers()],
  Sub: [numbers()],
  Div: [numbers()],
  Reshape: [integers([0, -1])],
  Squeeze: [integers([2, 3])],
  ReduceMean: [integers([2, 3])],
};
const NEEDED: Readonly<Record<string, Readonly<Record<string, OnnxAttribute>>>> = {
  MaxPool: { kernel_shape: [3, 3] },
  AveragePool: { kernel_shape: [3, 3], pads: [1, 1, 1, 1] },
  LRN: { size: 5 },
  Split: { axis: 1 },
  ArgMax: { axis: 1 },
  Transpose: { perm: [0, 3, 1, 2] },
  Pad: { pads: [0, 0, 1, 1, 0, 0, 1, 1] },
};
/** Attributes that newer versions take as an input. */
const BY_INPUT = ['axes', 'shape', 'pads'];

async function outcome(operator: string, given: Readonly<Record<string, OnnxAttribute>>) {
  const named: [string, OnnxConstant][] = [];
  const constants = (INPUTS[operator] ?? []).filter(
    () => !Object.keys(given).some((key) => operator !== 'Conv' && BY_INPUT.includes(key)),
  );
  const inputs = constants.flatMap((value, index) => {
    if (value.kind !== 'constant') return [];
    named.push([`c${index}`, value.constant]);
    return [`c${index}`];
  });
  const own: OnnxNode = {
    operator,
    inputs: ['y', ...inputs],
    outputs: operator === 'Split' ? ['a', 'b'] : ['z'],
    attributes: new Map(Object.entries({ ...NEEDED[operator], ...given })),
  };
  const node = (type: string, from: readonly string[], to: string, more: [string, number][] = []) =>
    ({ operator: type, inputs: from, outputs: [to], attributes: new Map(more) }) as OnnxNode;
  // A bias has a convolution before it, pixels are prepared before everything.
  const padded = operator === 'Pad' ? [node('Conv', ['z', 'w'], 'r')] : [];
  const before = ['Add', 'Mul'].includes(operator)
    ? node('Conv', ['x', 'w'], 'y')
    : node('Identity', ['x'], 'y');
  const weight = numbers(2, 3, 3, 3);
  if (weight.kind === 'constant') named.push(['w', weight.constant]);
  const after =
    operator === 'Split'
      ? [node('Concat', ['a', 'b'], 'z', [['axis', 1]])]
      : operator === 'Concat'
        ? [
            { ...node('Split', ['y'], 'a', [['axis', 1]]), outputs: ['a', 'b'] },
            { ...own, inputs: ['a', 'b'] },
          ]
        : padded;
  const nodes = operator === 'Concat' ? [before, ...after] : [before, own, ...after];
  if (operator === 'Shape') nodes.push({ ...node('Reshape', ['y', 'z'], 'r') });
  try {
    const { network, front } = await followGraph({
      nodes,
      constants: new Map(named),
      inputs: new Map([['x', [1, 3, 8, 8]]]),
      outputs: [operator === 'Shape' || operator === 'Pad' ? 'r' : 'z'],
      metadata: new Map(),
    });
    const read = [];
    for (const layer of network.layers) {
      const tensors = 'tensors' in layer ? Object.values(layer.tensors) : [];
      for (const tensor of tensors) read.push(tensor.shape, [...(await tensor.read())]);
    }
    return JSON.stringify([network, front, read]);
  } catch (error) {
    return `refused: ${(error as FormatError).message}`;
  }
}

describe('every attribute of every operator of ONNX that is read', () => {
  it.each(
    Object.entries(attributes).flatMap(([operator, types]) =>
      Object.entries(types)
        .filter(([name]) => name !== 'consumed_inputs') // says where, not what
        .map(([name, type]) => [operator, name, type] as const),
    ),
  )('%s %s', async (operator, name, type) => {
    const plain = await outcome(operator, {});
    const others = await Promise.all(
      VALUES[type].map((value) => outcome(operator, { [name]: value as OnnxAttribute })),
    );
    const changed = others.filter((other) => other !== plain);
    for (const other of changed) {
      if (other.startsWith('refused'))
        expect(other).toMatch(new RegExp(`ONNX: (${operator}|Reshape|Concat)`));
    }
    expect(changed.length === 0).toBe(PASSED[operator]?.includes(name) ?? false);
  });

  it('one that no version has is refused by name', async () => {
    for (const operator of Object.keys(attributes)) {
      expect(await outcome(operator, { gain: 2 }), operator).toMatch(/the attribute gain|Shape/);
    }
  });
});

describe('every attribute of every module of torch that is read', () => {
  const modules: Record<string, Record<string, number | string | boolean | null>> = listed(
    'torch-options.json',
  );
  const refused = (name: string, options: object) =>
    refusedAttribute(name, new Map(Object.entries(options)));

  it('is known', () => {
    expect(Object.keys(modules).sort()).toEqual(Object.keys(MODULE_CLASSES).sort());
    for (const [name, options] of Object.entries(modules)) {
      expect(refused(name, options), name).toBeNull();
    }
  });

  it.each(
    Object.entries(MODULE_CLASSES).flatMap(([name, { fixed }]) =>
      Object.keys(fixed ?? {}).map((key) => [name, key] as const),
    ),
  )('%s: another %s is refused by name', (name, key) => {
    expect(refused(name, { ...modules[name], [key]: 7.5 })).toContain(`has ${key} 7.5`);
  });

  it('one of a later version is refused by name', () => {
    expect(refused('Linear', { ...modules.Linear, gain: 2 })).toContain('the option gain');
  });
});
