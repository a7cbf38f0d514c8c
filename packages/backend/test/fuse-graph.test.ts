import { describe, expect, it } from 'vitest';
import { fuseLayers } from '../src/tensorflow/ops/fuse-graph.js';
import type { GraphNode } from '../src/tensorflow/ops/raw-ops.js';

const op = (name: string, ...inputs: readonly number[]): GraphNode => ({
  op: name,
  attributes: [{ name: 'strides', type: 1, value: [1, 4, 4, 1] }],
  inputs,
  outputs: 1,
});

/** Slots 0 to 2 are pictures, filter and the tensor added; every node fills one slot. */
function fuse(added: readonly number[] | undefined, ...nodes: readonly GraphNode[]) {
  const all = [{ feed: 10 }, { constant: 11 }, { constant: 12 }, ...nodes];
  const slots = all.map((_, node) => ({ node, shape: node === 2 ? added : undefined }));
  return fuseLayers({ nodes: all, slots, feeds: [10], resultSlot: all.length - 1 });
}

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
});
