import { FormatError } from '../format-error.js';
import type { FoundLayer, FoundNetwork, FoundTensor } from '../found/found-network.js';
import type { InputAffine } from '../found/input-affine.js';
import { affineOf, NO_CHANGE, thenAffine } from '../found/input-affine.js';
import { NO_PADS, plusPads, withPads } from '../found/with-pads.js';
import { joined, mapped } from '../tensors/derived.js';
import type { StoredTensor } from '../tensors/tensor-file.js';
import { constantNode } from './constant-node.js';
import { appended, type Flow, type GraphValue, integers, type Part } from './graph-value.js';
import { layerNode, vector } from './layer-node.js';
import { NodeReader } from './node-reader.js';
import type { OnnxGraph, OnnxModel, OnnxNode } from './parse-onnx.js';
import { isFloat } from './parse-tensor.js';
import { responseNormNode, scalar } from './response-norm-nodes.js';

/** What a graph computes. */
export interface Followed {
  readonly network: FoundNetwork;
  /** What is done to the pixels before the first layer. */
  readonly front: InputAffine;
  /** Whether weights or activations were rounded to codes. */
  readonly quantized: boolean;
}

/** Operators that end a network: what comes out is what goes in, said in another way. */
const ENDS = new Set(['Softmax', 'LogSoftmax', 'ArgMax', 'TopK']);
/** Operators an inference passes through. */
const NEUTRAL = new Set(['Identity', 'Dropout', 'Cast']);

/**
 * Follows a graph from node to node, from the images to the logits. Weights are known by the operators
 * that use them, so the names an exporter chose do not matter.
 *
 * @throws FormatError unsupported, naming the operator or the attribute, for what no network here has
 */
export async function followGraph(model: OnnxModel): Promise<Followed> {
  const values = new Map<string, GraphValue>(
    [...model.constants].map(([name, constant]) => [name, { kind: 'constant', constant }]),
  );
  for (const [name, [images = null]] of model.inputs) {
    const start = { kind: 'flow', layers: [], axes: 'nchw', pads: NO_PADS } as const;
    values.set(name, { ...start, images, ended: null });
  }
  const walk: Walk = { front: NO_CHANGE, quantized: false, channelsLast: false };
  await runNodes(inRunningOrder(model.nodes), values, walk);
  const flow = outputOf(model, values);
  return {
    network: networkOf(flow, model, walk.channelsLast),
    front: walk.front,
    quantized: walk.quantized,
  };
}

/** Nodes behind those whose results they use: converters that add some put them last. */
function inRunningOrder(nodes: readonly OnnxNode[]): readonly OnnxNode[] {
  const makers = new Map(nodes.flatMap((node) => node.outputs.map((name) => [name, node])));
  makers.delete('');
  const ordered = new Set<OnnxNode>();
  const opened = new Set<OnnxNode>();
  for (const node of nodes) {
    const waiting = [node];
    for (let next = node; waiting.length > 0; next = waiting.at(-1) ?? node) {
      const before = opened.has(next) ? [] : next.inputs.flatMap((name) => makers.get(name) ?? []);
      opened.add(next);
      waiting.push(...before.filter((maker) => !opened.has(maker)));
      if (waiting.at(-1) !== next) continue;
      ordered.add(next);
      waiting.pop();
    }
  }
  return [...ordered];
}

async function runNodes(
  nodes: readonly OnnxNode[],
  values: Map<string, GraphValue>,
  walk: Walk,
): Promise<void> {
  for (const node of nodes) {
    const reader = new NodeReader(node, values);
    const known = node.inputs.every((name) => values.get(name)?.kind === 'constant' || name === '');
    const out =
      node.operator === 'If'
        ? await branchOf(reader, values, walk)
        : known
          ? [await constantNode(reader)]
          : await flowNode(reader, walk);
    if (!out.every((value) => value.kind === 'constant' && value.constant.kind === 'other')) {
      reader.checkAllAsked();
    }
    if (known && /QuantizeLinear$/.test(node.operator)) walk.quantized = true;
    for (const [index, value] of out.entries()) {
      const name = node.outputs[index];
      if (name) values.set(name, value);
    }
  }
}

/** The branch an `If` takes, where the graph itself says which. */
async function branchOf(
  node: NodeReader,
  values: Map<string, GraphValue>,
  walk: Walk,
): Promise<readonly GraphValue[]> {
  node.ignore('then_branch', 'else_branch');
  const [condition] = node.integers(0) ?? [];
  if (condition === undefined || Number.isNaN(condition)) {
    throw node.refusal('depends on the images; export without it');
  }
  const branch = node.attribute(condition ? 'then_branch' : 'else_branch');
  if (!(typeof branch === 'object' && branch && 'nodes' in branch))
    throw node.refusal('lacks a branch');
  const { nodes, constants, outputs } = branch as OnnxGraph;
  for (const [name, constant] of constants) values.set(name, { kind: 'constant', constant });
  await runNodes(nodes, values, walk);
  return outputs.flatMap((name) => values.get(name) ?? []);
}

interface Walk {
  front: InputAffine;
  quantized: boolean;
  channelsLast: boolean;
}

async function flowNode(node: NodeReader, walk: Walk): Promise<readonly GraphValue[]> {
  const { operator } = node;
  const moving = node.inputs.filter((value) => value !== undefined && value.kind !== 'constant');
  const [first] = moving;
  const isParts = moving.every((value) => value?.kind === 'part');
  if (operator === 'Shape') return [shapeOf(node, first)];
  if (operator === 'Concat' && isParts) return [concat(node, moving as Part[])];
  const norm = await responseNormNode(node);
  if (norm) return [norm];
  if (moving.length > 1) throw node.refusal('joins branches, AlexNet has none');
  if (first?.kind === 'part') {
    const layers = await layerNode(node);
    if (!layers) throw node.refusal('is in no AlexNet');
    return [{ ...first, layers: appended(first.layers, layers) }];
  }
  if (first?.kind !== 'flow') throw node.refusal('has an input that nothing gives');
  const flow = first;
  if (NEUTRAL.has(operator)) return [passed(node, flow)];
  if (ENDS.has(operator)) return ended(node, flow);
  if (flow.ended) throw node.refusal('follows a softmax, which no AlexNet has');
  if (operator === 'QuantizeLinear' || operator === 'DequantizeLinear') {
    walk.quantized = true;
    node.ignore('axis', 'block_size', 'saturate', 'output_dtype', 'precision');
    return [operator === 'QuantizeLinear' && (await cutsBelowZero(node)) ? rectified(flow) : flow];
  }
  if (operator === 'Pad') return [await padded(node, flow)];
  if (Object.values(flow.pads).some((side) => side !== 0)) {
    const layers = (await layerNode(node)) ?? [];
    const refused = `ONNX: ${operator} after a Pad`;
    const [first = { op: 'unknown', detail: refused } as const, ...more] = layers;
    return [{ ...extended(flow, withPads(first, flow.pads, refused), ...more), pads: NO_PADS }];
  }
  if (operator === 'Transpose') return [transposed(node, flow, walk)];
  if (operator === 'Split') return split(node, flow);
  const arithmetic = await arithmeticNode(node, flow, walk);
  if (arithmetic) return [arithmetic];
  if (isFlatten(node, flow.images)) {
    const order = flow.axes === 'nchw' ? 'chw' : 'hwc';
    return [extended(flow, { op: 'flatten', order })];
  }
  const layers = await layerNode(node);
  if (!layers) throw node.refusal('is in no AlexNet');
  const elementwise = layers.every(({ op }) => op === 'activation' || op === 'dense');
  if (flow.axes === 'nhwc' && !elementwise) throw node.refusal('on maps whose channels are last');
  return [extended(flow, ...layers)];
}

/** Sizes are known when the graph runs, but for an axis of one that a normalization put in. */
function shapeOf(node: NodeReader, value: GraphValue | undefined): GraphValue {
  const free = Number.NaN;
  const lifted = value?.kind === 'divisor' && value.lifted;
  const sides = lifted ? [free, 1, free, free, free] : [free, free, free, free];
  return integers(sides.slice(node.number('start', 0), node.number('end', sides.length)));
}

/** What goes through a node an inference passes over. */
function passed(node: NodeReader, flow: Flow): Flow {
  if (node.operator === 'Dropout') {
    node.ignore('ratio', 'seed', 'is_test', 'consumed_inputs');
    if (node.integers(2)?.[0] === 1) throw node.refusal('in training');
  }
  if (node.operator === 'Cast') {
    node.ignore('saturate', 'round_mode');
    const type = node.number('to', 1);
    if (!flow.ended && !isFloat(type)) throw node.refusal(`to the data type ${type}`);
  }
  return flow;
}

/** Probabilities or answers out of logits; the axis is that of the classes. */
function ended(node: NodeReader, flow: Flow): readonly Flow[] {
  const axis = node.number('axis', node.operator === 'ArgMax' ? 0 : -1);
  if (axis !== 1 && axis !== -1) throw node.refusal(`over the axis ${axis}`);
  if (node.operator === 'TopK') node.only('largest', 1);
  // What is left of a LogSoftmax is that of its logits; the softmax of probabilities is flatter.
  const again =
    flow.ended !== null && flow.ended !== 'LogSoftmax' && /Softmax$/.test(node.operator);
  if (again) throw node.refusal('follows a softmax; take one of the two off');
  node.ignore('keepdims', 'select_last_index', 'sorted', 'k');
  return node.outputs.map(() => ({ ...flow, ended: node.operator }));
}

function extended(flow: Flow, ...layers: readonly FoundLayer[]): Flow {
  return { ...flow, layers: appended(flow.layers, layers) };
}

/** Whether codes start at 0, so that rounding to them is a ReLU as well: quantizers leave that one out. */
async function cutsBelowZero(node: NodeReader): Promise<boolean> {
  const zero = node.inputs[2];
  if (zero?.kind !== 'constant' || zero.constant.kind !== 'integer') return true; // unsigned, from 0
  const [point] = await zero.constant.read();
  return point === (zero.constant.width < 0 ? -(2 ** (8 * -zero.constant.width - 1)) : 0);
}

/** With a ReLU, unless its numbers are none below 0 already. */
function rectified(flow: Flow): Flow {
  const last = [...flow.layers].reverse().find(({ op }) => op !== 'pool' && op !== 'flatten');
  const positive =
    last?.op === 'activation' && last.function !== 'tanh' && last.slope === undefined;
  return positive ? flow : extended(flow, { op: 'activation', function: 'relu' });
}

/** Channels to the front of the maps or to their end. */
function transposed(node: NodeReader, flow: Flow, walk: Walk): Flow {
  const order = node.list('perm', []).join();
  if (order === '0,3,1,2' && flow.layers.length === 0 && !walk.channelsLast) {
    walk.channelsLast = true;
    return flow;
  }
  if (order === '0,3,1,2' && flow.axes === 'nhwc') return { ...flow, axes: 'nchw' };
  if (order === '0,2,3,1' && flow.axes === 'nchw') return { ...flow, axes: 'nhwc' };
  throw node.refusal(`moves the axes to ${order}`);
}

/** Zeros around maps. */
async function padded(node: NodeReader, flow: Flow): Promise<Flow> {
  node.only('mode', 'constant');
  node.only('value', 0);
  if (node.has(2) && (await scalar(node, 2)) !== 0) throw node.refusal('with another value than 0');
  const pads = node.integers(1) ?? node.list('pads', []);
  const [image, channel, top = 0, left = 0, imageEnd, channelEnd, bottom = 0, right = 0] = pads;
  const others = [image, channel, imageEnd, channelEnd];
  const fits = pads.length === 8 && others.every((side) => side === 0) && !node.has(3);
  const grows = [top, left, bottom, right].every((side) => side >= 0);
  if (!fits || !grows || flow.axes !== 'nchw') throw node.refusal(`by [${pads}]`);
  return { ...flow, pads: plusPads(flow.pads, { top, left, bottom, right }) };
}

/** Whether a node makes one row an image of its maps. @throws FormatError for another change of shape */
function isFlatten(node: NodeReader, images: number | null): boolean {
  switch (node.operator) {
    case 'Flatten':
      node.only('axis', 1);
      return true;
    case 'Reshape': {
      node.ignore('allowzero', 'shape', 'consumed_inputs');
      const sides = node.integers(1) ?? node.list('shape', []);
      // One row an image: of an unknown, the given or any length.
      if (sides.length === 2 && !(sides[0] !== undefined && sides[0] > 1 && sides[0] !== images))
        return true;
      if (sides.length === 2 && sides[1] !== undefined && sides[1] !== -1) return true;
      throw node.refusal(`to [${sides.map((side) => (Number.isNaN(side) ? '?' : side))}]`);
    }
    case 'Squeeze': {
      const axes = [...(node.integers(1) ?? node.list('axes', []))].map((axis) => (axis + 4) % 4);
      if (axes.sort().join() !== '2,3') throw node.refusal(`of the axes ${axes}`);
      return true;
    }
    default:
      return false;
  }
}

/** Towers: equal blocks of channels that are computed apart and put together again. */
function split(node: NodeReader, flow: Flow): Part[] {
  const count = node.outputs.length;
  const axis = node.number('axis', 0);
  if (axis !== 1) throw node.refusal(`along the axis ${axis}`);
  node.ignore('num_outputs');
  const sizes = node.integers(1) ?? node.list('split', []);
  if (sizes.some((size) => size !== sizes[0]) || flow.axes !== 'nchw') {
    throw node.refusal(`into unequal parts [${sizes}]`);
  }
  return Array.from({ length: count }, (_, index) => ({
    kind: 'part',
    base: flow,
    index,
    count,
    layers: [],
  }));
}

function concat(node: NodeReader, parts: readonly Part[]): Flow {
  node.only('axis', 1);
  const [first] = parts;
  const whole =
    first &&
    parts.length === first.count &&
    parts.every(
      ({ base, index, layers }, place) =>
        base === first.base && index === place && layers.length === first.layers.length,
    );
  if (!whole) throw node.refusal('joins branches, AlexNet has none');
  const layers = first.layers.map((layer, place) =>
    merged(node, [layer, ...parts.slice(1).map((part) => part.layers[place] as FoundLayer)]),
  );
  return extended(first.base, ...layers);
}

/** The same layer on every block as one layer on all channels. */
function merged(node: NodeReader, layers: readonly [FoundLayer, ...FoundLayer[]]): FoundLayer {
  const [first] = layers;
  const plain = (layer: FoundLayer) =>
    JSON.stringify(layer, (key, value) => (key === 'tensors' ? Object.keys(value) : value));
  if (layers.some((layer) => plain(layer) !== plain(first))) {
    throw node.refusal('joins blocks of channels that are not computed in the same way');
  }
  if (first.op === 'lrn') return { ...first, groups: first.groups * layers.length };
  if (first.op === 'activation' || first.op === 'pool' || first.op === 'mapnorm') return first;
  if (first.op !== 'conv') throw node.refusal(`joins blocks of channels after a ${first.op}`);
  const all = (part: 'weight' | 'bias') =>
    layers.flatMap((layer) =>
      layer.op === 'conv' && layer.tensors[part] ? [layer.tensors[part]] : [],
    );
  const [weight, bias] = [all('weight'), all('bias')].map((tensors) =>
    tensors.length === layers.length
      ? joined(tensors as [FoundTensor, ...FoundTensor[]])
      : undefined,
  );
  return {
    ...first,
    filters: first.filters * layers.length,
    groups: first.groups * layers.length,
    tensors: { ...(weight && { weight }), ...(bias && { bias }) },
  };
}

/**
 * Add, Sub, Mul and Div with a constant: what is done to the pixels, a bias that stands alone, or the
 * factor of a dropout of 2012.
 */
async function arithmeticNode(node: NodeReader, flow: Flow, walk: Walk): Promise<Flow | null> {
  const { operator } = node;
  if (!['Add', 'Sub', 'Mul', 'Div'].includes(operator)) return null;
  node.ignore('consumed_inputs');
  const place = node.inputs[0]?.kind === 'flow' ? 1 : 0;
  const tensor = node.tensor(place);
  if (!tensor) throw node.refusal('joins branches, AlexNet has none');
  if (flow.layers.length === 0) {
    node.ignore('broadcast', 'axis');
    walk.front = thenAffine(
      walk.front,
      await affineOf(operator, tensor, place === 1, (detail) => node.refusal(detail)),
    );
    return flow;
  }
  const last = flow.layers.at(-1);
  if (operator === 'Add' && (last?.op === 'conv' || last?.op === 'dense')) {
    const stored = alongChannels(node, tensor, flow);
    const bias = vector({ name: `${node.outputs[0] ?? ''}.bias`, ...stored });
    return { ...flow, layers: [...flow.layers.slice(0, -1), biased(last, bias)] };
  }
  node.ignore('broadcast', 'axis');
  const factor = operator === 'Mul' ? await scalar(node, place) : null;
  if (factor !== null && factor > 0 && factor <= 1) {
    return extended(flow, { op: 'dropout', rate: 1 - factor, scaling: 'test' });
  }
  throw node.refusal('with a constant, which no layer here is');
}

/** A constant added to maps has to be one number a channel, not one a row or a column. */
function alongChannels(
  node: NodeReader,
  tensor: StoredTensor,
  { layers, axes }: Flow,
): StoredTensor {
  const { shape } = tensor;
  const [stretched, from] = [node.number('broadcast', 0), node.number('axis', -1)];
  const legacy = stretched === 1 && from === 1;
  const maps = layers.at(-1)?.op === 'conv' && !(legacy && shape.length === 1);
  const channels = maps && axes === 'nchw' ? shape.length - 3 : shape.length - 1;
  if (channels < 0 || shape.some((side, axis) => side !== 1 && axis !== channels)) {
    throw node.refusal(`of a constant of shape [${shape}], which is no bias`);
  }
  return tensor;
}

function biased(
  layer: Extract<FoundLayer, { op: 'conv' | 'dense' }>,
  added: FoundTensor,
): FoundLayer {
  const { bias } = layer.tensors;
  if (!bias) return { ...layer, tensors: { ...layer.tensors, bias: added } };
  const { bytes: _, ...rest } = bias;
  const both: FoundTensor = {
    ...rest,
    async read() {
      const more = await added.read();
      return mapped(bias, (value, index) => value + (more[index] ?? 0)).read();
    },
  };
  return { ...layer, tensors: { ...layer.tensors, bias: both } };
}

/** The output that has gone through all layers. */
function outputOf(model: OnnxModel, values: ReadonlyMap<string, GraphValue>): Flow {
  const flows = model.outputs.flatMap((name) => {
    const value = values.get(name);
    return value?.kind === 'flow' ? [value] : [];
  });
  const longest = flows.reduce<Flow | null>(
    (found, flow) => (!found || flow.layers.length > found.layers.length ? flow : found),
    null,
  );
  if (!longest) throw new FormatError('unsupported', 'ONNX: no output comes from the images');
  if (Object.values(longest.pads).some((side) => side !== 0)) {
    throw new FormatError('unsupported', 'ONNX: a Pad before no convolution');
  }
  for (const { layers } of flows) {
    if (layers.some((layer, index) => layer !== longest.layers[index])) {
      throw new FormatError('unsupported', 'ONNX: two outputs of different branches');
    }
  }
  return longest;
}

function networkOf(flow: Flow, model: OnnxModel, channelsLast: boolean): FoundNetwork {
  const sizes = [...model.inputs.values()].find((dimensions) => dimensions.length === 4);
  const [a, b, c] = sizes?.slice(1) ?? [];
  const [channels, height, width] = channelsLast ? [c, a, b] : [a, b, c];
  const input = channels && height && width ? { height, width, channels } : null;
  return { input, layers: flow.layers, layout: 'channels-first' };
}
