import { describe, expect, it } from 'vitest';
import { fuseLayers } from '../src/tensorflow/ops/fuse-graph.js';
import type { AttributeTypes, GraphNode } from '../src/tensorflow/ops/raw-ops.js';

/** Of tensorflow/c/c_api.h. */
const TYPES: AttributeTypes = {
  TF_ATTR_STRING: 0,
  TF_ATTR_INT: 1,
  TF_ATTR_FLOAT: 2,
  TF_ATTR_BOOL: 3,
  TF_ATTR_TYPE: 4,
  TF_ATTR_SHAPE: 5,
};

const op = (name: string, ...inputs: readonly number[]): GraphNode => ({
  op: name,
  attributes: [{ name: 'strides', type: 1, value: [1, 4, 4, 1] }],
  inputs,
  outputs: 1,
});

/** Slots 0 to 2 are images, filter and the tensor added; every node fills one slot. */
const fuse = (added: readonly number[] | undefined, ...nodes: readonly GraphNode[]) =>
  fuseIn('fp32', added, nodes);

function fuseIn(
  precision: 'fp32' | 'bf16',
  added: readonly number[] | undefined,
  nodes: readonly GraphNode[],
) {
  const all = [{ feed: 10 }, { constant: 11 }, { constant: 12 }, ...nodes];
  const slots = all.map((_, node) => ({ node, shape: node === 2 ? added : undefined }));
  const recording = { nodes: all, slots, feeds: [], resultSlots: [all.length - 1] };
  return fuseLayers(recording, TYPES, precision);
}

/** A dense layer as tfjs runs it: matrices in stacks of one. Slots 3 to 8 after the three given. */
const dense = (rows: number, ...last: readonly GraphNode[]) => {
  const attributes = [
    { name: 'T', type: 4, value: 1 },
    { name: 'transpose_a', type: 3, value: false },
  ];
  const nodes: readonly [GraphNode, readonly number[]][] = [
    [{ feed: 10 }, [rows, 6]],
    [{ feed: 11 }, [6, 5]],
    [{ constant: 12 }, [5]],
    [{ ...op('MatMul', 0, 1), attributes } as GraphNode, [rows, 5]],
    [op('Reshape', 3, 9), [1, rows, 5]],
    [op('Add', 4, 2), [1, rows, 5]],
    [op('Reshape', 5, 9), [rows, 5]],
    ...last.map((node): [GraphNode, readonly number[]] => [node, [rows, 5]]),
  ];
  const slots = nodes.map(([, shape], node) => ({ node, shape }));
  const recording = { nodes: nodes.map(([node]) => node), slots, feeds: [], resultSlots: [0] };
  return fuseLayers(recording, TYPES, 'fp32').map((node) => ('op' in node ? node : {}));
};

describe('fusing a recorded graph', () => {
  const layers = [op('Conv2D', 0, 1), op('Add', 3, 2), op('Relu', 4)];

  it('makes a convolution, its bias and ReLU one op in the place of the ReLU', () => {
    const fused = fuse([96], ...layers);
    expect(fused.slice(0, -1)).toEqual(fuse(undefined, ...layers).slice(0, -1));
    expect(fused.at(-1)).toEqual({
      op: '_FusedConv2D',
      attributes: [
        { name: 'strides', type: 1, value: [1, 4, 4, 1] },
        { name: 'fused_ops', type: 0, value: ['BiasAdd', 'Relu'] },
        { name: 'num_args', type: 1, value: 1 },
      ],
      inputs: [0, 1, 2],
      outputs: 1,
    });
  });

  it.each([
    ['a sum of two maps', fuse([1, 55, 55, 96], ...layers)],
    ['a tensor of unknown shape', fuse(undefined, ...layers)],
    ['another product', fuse([96], op('MatMul', 0, 1), op('Add', 3, 2), op('Relu', 4))],
    ['another activation', fuse([96], op('Conv2D', 0, 1), op('Add', 3, 2), op('Elu', 4))],
    ['no bias', fuse([96], op('Conv2D', 0, 1), op('Relu', 3))],
  ])('leaves %s as it is', (_, nodes) => {
    expect(nodes.map((node) => ('op' in node ? node.op : '-'))).not.toContain('_FusedConv2D');
  });

  it('leaves convolutions to TensorFlow in bf16, which turns none that are fused', () => {
    expect(fuseIn('bf16', [96], layers).slice(3)).toEqual(layers);
  });

  it('makes a dense layer of one image one op, with ReLU or without', () => {
    const relu = dense(1, op('Relu', 6));
    const attributes = (value: boolean) => [
      { name: 'T', type: 4, value: 1 },
      { name: 'relu', type: 3, value },
    ];
    const layer = { op: 'AlexNetDense', inputs: [0, 1, 2], outputs: 1 };
    expect(relu.at(-1)).toEqual({ ...layer, attributes: attributes(true) });
    expect(dense(1, op('Softmax', 6)).at(-2)).toEqual({ ...layer, attributes: attributes(false) });
    expect(dense(128, op('Relu', 6)).at(-1)).toEqual(op('Relu', 6));
  });
});
