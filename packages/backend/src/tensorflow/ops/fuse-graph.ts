import type { OpAttribute } from './raw-ops.js';
import type { OpNode, Recording } from './record-graph.js';

/**
 * The nodes of a recording with every product, bias and ReLU in a row made one op: convolutions
 * `_FusedConv2D`, and dense layers of few rows `AlexNetDense` (addon/dense.h).
 *
 * TensorFlow's own optimiser fuses some convolutions only: of `alexnet`'s five none where the bias is
 * added by `Add`, and three where it is by `BiasAdd` (2.21.0, ONEDNN_VERBOSE=1). A new op stands in
 * the place of the last it replaces; the others stay, and TensorFlow leaves out what nothing reads.
 */
export function fuseLayers({ nodes, slots }: Recording): Recording['nodes'] {
  const maker = (slot: number | undefined, ops: readonly string[]): OpNode | undefined => {
    const node = slot === undefined ? undefined : nodes[slots[slot]?.node ?? -1];
    return node && 'op' in node && ops.includes(node.op) ? node : undefined;
  };
  return nodes.map((node) => {
    if (!('op' in node)) return node;
    const hasRelu = node.op === 'Relu';
    const sum = hasRelu ? maker(node.inputs[0], SUMS) : SUMS.includes(node.op) ? node : undefined;
    const [product, bias = -1] = sum?.inputs ?? [];
    if (slots[bias]?.shape?.length !== 1) return node;
    const convolution = hasRelu && maker(product, ['Conv2D']);
    if (convolution) return withBias('_FusedConv2D', convolution, bias, BIAS_AND_RELU);
    const dense = maker(product, ['MatMul']);
    const [x, weights] = dense?.inputs.map((slot) => slots[slot]?.shape) ?? [];
    if (!dense || x?.length !== 2 || weights?.length !== 2) return node;
    const [rows = 0, inputs] = x;
    // Only where nothing is transposed are the lengths sure to meet.
    const isPlain = !dense.attributes.some(({ name, value }) => /^transpose/.test(name) && value);
    if (!isPlain || inputs !== weights[0] || rows > MOST_ROWS) return node;
    return withBias('AlexNetDense', { ...dense, attributes: FLOAT }, bias, [
      { name: 'relu', type: TF_ATTR_BOOL, value: hasRelu },
    ]);
  });
}

const withBias = (
  op: string,
  { attributes, inputs }: OpNode,
  bias: number,
  more: readonly OpAttribute[],
): OpNode => ({ op, attributes: [...attributes, ...more], inputs: [...inputs, bias], outputs: 1 });

const SUMS = ['Add', 'AddV2', 'BiasAdd'];

/** With more rows the arithmetic counts, and oneDNN's matrix product is the faster. */
const MOST_ROWS = 2;

/** Of tensorflow/c/c_api.h. */
const TF_ATTR_BOOL = 3;

/** What follows a convolution, and how many tensors that reads. */
const BIAS_AND_RELU = [
  { name: 'fused_ops', type: 0, value: ['BiasAdd', 'Relu'] },
  { name: 'num_args', type: 1, value: 1 },
];

const FLOAT = [{ name: 'T', type: 4, value: 1 }];
