import type { OpNode, Recording } from './record-graph.js';

/**
 * The nodes of a recording with every convolution, bias and ReLU in a row made one op, `_FusedConv2D`.
 *
 * TensorFlow's own optimiser does so for some of them only: of `alexnet`'s five for none where the
 * bias is added by `Add`, for three where it is by `BiasAdd` (2.21.0, ONEDNN_VERBOSE=1). The new op
 * stands in the place of the ReLU; the two before it stay, and TensorFlow leaves out what nothing reads.
 */
export function fuseConvolutions({ nodes, slots }: Recording): Recording['nodes'] {
  const maker = (slot: number | undefined, ops: readonly string[]): OpNode | undefined => {
    const node = slot === undefined ? undefined : nodes[slots[slot]?.node ?? -1];
    return node && 'op' in node && ops.includes(node.op) ? node : undefined;
  };
  return nodes.map((node) => {
    if (!('op' in node) || node.op !== 'Relu') return node;
    const sum = maker(node.inputs[0], ['Add', 'AddV2', 'BiasAdd']);
    const [product, bias = -1] = sum?.inputs ?? [];
    const convolution = maker(product, ['Conv2D']);
    if (!convolution || slots[bias]?.shape?.length !== 1) return node;
    const { attributes, inputs } = convolution;
    return {
      op: '_FusedConv2D',
      attributes: [...attributes, ...BIAS_AND_RELU],
      inputs: [...inputs, bias],
      outputs: 1,
    };
  });
}

/** What follows the product, and how many tensors that reads. Types: tensorflow/c/c_api.h. */
const BIAS_AND_RELU = [
  { name: 'fused_ops', type: 0, value: ['BiasAdd', 'Relu'] },
  { name: 'num_args', type: 1, value: 1 },
];
