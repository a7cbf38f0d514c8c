import type { Precision } from '@alexnet/model';
import { type Attributes, type AttributeTypes, type GraphNode, opAttributes } from './raw-ops.js';
import type { OpNode, Recording } from './record-graph.js';

/**
 * The nodes of a recording with every product, bias and ReLU in a row made one op: convolutions
 * `_FusedConv2D`, and dense layers of few rows `AlexNetDense` (addon/dense.h).
 *
 * TensorFlow's own optimizer fuses some convolutions only: of `alexnet`'s five none where the bias is
 * added by `Add`, and three where it is by `BiasAdd` (2.21.0, ONEDNN_VERBOSE=1). A new op stands in
 * the place of the last it replaces; the others stay, and TensorFlow leaves out what nothing reads.
 */
export function fuseLayers(
  recording: Recording,
  types: AttributeTypes,
  precision: Precision,
): readonly GraphNode[] {
  return recording.nodes.map((node, index) => {
    if (!('op' in node)) return node;
    const layer =
      (precision === 'fp32' ? convolutionEndingAt(recording, node) : undefined) ??
      denseEndingAt(recording, node, index);
    if (!layer) return node;
    const { op, product, bias, attributes } = layer;
    return {
      op,
      attributes: [...product.attributes, ...opAttributes(types, attributes)],
      inputs: [...product.inputs, bias],
      outputs: 1,
    };
  });
}

/** One op for a product and what follows it. */
interface FusedLayer {
  readonly op: string;
  /** Its inputs and attributes are the op's first. */
  readonly product: Pick<OpNode, 'inputs' | 'attributes'>;
  /** Slot. */
  readonly bias: number;
  /** What the op has beside them. */
  readonly attributes: Attributes;
}

function convolutionEndingAt(recording: Recording, node: OpNode): FusedLayer | undefined {
  if (node.op !== 'Relu') return undefined;
  const sum = maker(recording, node.inputs[0], SUMS);
  const [convolved, bias = -1] = sum?.inputs ?? [];
  const product = maker(recording, convolved, ['Conv2D']);
  if (!product || shapeOf(recording, bias)?.length !== 1) return undefined;
  const attributes = { fused_ops: ['BiasAdd', 'Relu'], num_args: 1 };
  return { op: '_FusedConv2D', product, bias, attributes };
}

/** tfjs multiplies stacks of matrices: each step may be reshaped before the next. */
function denseEndingAt(recording: Recording, node: OpNode, index: number): FusedLayer | undefined {
  const hasRelu = node.op === 'Relu';
  if (!hasRelu && node.op !== 'Reshape') return undefined;
  const sum = maker(recording, unshaped(recording, node.inputs[0]), SUMS);
  const [multiplied, bias = -1] = sum?.inputs ?? [];
  const product = maker(recording, unshaped(recording, multiplied), ['MatMul']);
  if (!product || product.attributes.some(({ name, value }) => /^transpose/.test(name) && value)) {
    return undefined;
  }
  const [x, weights] = product.inputs.map((slot) => shapeOf(recording, slot));
  const result = recording.slots.find((slot) => slot.node === index)?.shape;
  const [rows = 0] = x ?? [];
  const [, units] = weights ?? [];
  // The layers' own shapes: neither a reshape nor a sum of other lengths came in between.
  const fits = `${result}` === `${[rows, units]}` && `${shapeOf(recording, bias)}` === `${[units]}`;
  if (!fits || rows > MOST_ROWS) return undefined;
  const typed = product.attributes.filter(({ name }) => name === 'T');
  const attributes = { relu: hasRelu };
  return { op: 'AlexNetDense', product: { ...product, attributes: typed }, bias, attributes };
}

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
