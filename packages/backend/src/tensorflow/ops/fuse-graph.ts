import type { GraphNode, OpAttribute } from './raw-ops.js';
import type { OpNode, Recording } from './record-graph.js';

/**
 * The nodes of a recording with every product, bias and ReLU in a row made one op: convolutions
 * `_FusedConv2D`, and dense layers of few rows `AlexNetDense` (addon/dense.h).
 *
 * TensorFlow's own optimiser fuses some convolutions only: of `alexnet`'s five none where the bias is
 * added by `Add`, and three where it is by `BiasAdd` (2.21.0, ONEDNN_VERBOSE=1). A new op stands in
 * the place of the last it replaces; the others stay, and TensorFlow leaves out what nothing reads.
 */
export function fuseLayers(recording: Recording): readonly GraphNode[] {
  return recording.nodes.map((node, index) => {
    if (!('op' in node)) return node;
    return fusedConvolution(recording, node) ?? fusedDense(recording, node, index) ?? node;
  });
}

function fusedConvolution(recording: Recording, node: OpNode): OpNode | undefined {
  if (node.op !== 'Relu') return undefined;
  const sum = maker(recording, node.inputs[0], SUMS);
  const [product, bias = -1] = sum?.inputs ?? [];
  const convolution = maker(recording, product, ['Conv2D']);
  if (!convolution || shapeOf(recording, bias)?.length !== 1) return undefined;
  return withBias('_FusedConv2D', convolution, bias, BIAS_AND_RELU);
}

/** tfjs multiplies stacks of matrices: each step may be reshaped before the next. */
function fusedDense(recording: Recording, node: OpNode, index: number): OpNode | undefined {
  const hasRelu = node.op === 'Relu';
  if (!hasRelu && node.op !== 'Reshape') return undefined;
  const sum = maker(recording, unshaped(recording, node.inputs[0]), SUMS);
  const [product, bias = -1] = sum?.inputs ?? [];
  const dense = maker(recording, unshaped(recording, product), ['MatMul']);
  if (!dense || dense.attributes.some(({ name, value }) => /^transpose/.test(name) && value)) {
    return undefined;
  }
  const [x, weights] = dense.inputs.map((slot) => shapeOf(recording, slot));
  const result = recording.slots.find((slot) => slot.node === index)?.shape;
  const [rows = 0] = x ?? [];
  const [, units] = weights ?? [];
  // The layers' own shapes: neither a reshape nor a sum of other lengths came in between.
  const fits = `${result}` === `${[rows, units]}` && `${shapeOf(recording, bias)}` === `${[units]}`;
  if (!fits || rows > MOST_ROWS) return undefined;
  return withBias('AlexNetDense', { ...dense, attributes: FLOAT }, bias, [
    { name: 'relu', type: TF_ATTR_BOOL, value: hasRelu },
  ]);
}

const withBias = (
  op: string,
  { attributes, inputs }: OpNode,
  bias: number,
  more: readonly OpAttribute[],
): OpNode => ({ op, attributes: [...attributes, ...more], inputs: [...inputs, bias], outputs: 1 });

const shapeOf = ({ slots }: Recording, slot: number) => slots[slot]?.shape;

/** The node that fills a slot, if it runs one of these ops. */
function maker(
  { nodes, slots }: Recording,
  slot: number | undefined,
  ops: readonly string[],
): OpNode | undefined {
  const node = nodes[slots[slot ?? -1]?.node ?? -1];
  return node && 'op' in node && ops.includes(node.op) ? node : undefined;
}

/** The slot whose values these are, before they were reshaped. */
function unshaped(recording: Recording, slot: number | undefined): number | undefined {
  const reshape = maker(recording, slot, ['Reshape']);
  return reshape ? unshaped(recording, reshape.inputs[0]) : slot;
}

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
