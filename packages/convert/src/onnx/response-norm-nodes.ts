import { readNumber } from '../tensors/derived.js';
import { appended, type Divisor, type Flow, type GraphValue } from './graph-value.js';
import type { NodeReader } from './node-reader.js';

/**
 * Response normalization spelled out, as PyTorch exports it and this package writes it: squares, a mean
 * over a window, times alpha, plus k, to the power of beta, and the maps divided by that.
 *
 * @returns null where the node is no part of it
 */
export async function responseNormNode(node: NodeReader): Promise<GraphValue | null> {
  const value = await partOfNorm(node);
  // Of numbers and of maps of one size: how they would be stretched to each other says nothing.
  if (value) node.ignore('broadcast', 'axis', 'consumed_inputs');
  return value;
}

async function partOfNorm(node: NodeReader): Promise<GraphValue | null> {
  const [a, b] = node.inputs;
  if (a?.kind === 'flow' && b?.kind === 'flow') {
    if (node.operator !== 'Mul' || a.layers !== b.layers) return null;
    return squares(a);
  }
  if (a?.kind === 'flow' && node.operator === 'Pow') {
    const exponent = await scalar(node, 1);
    return exponent === 2 ? squares(a) : null;
  }
  if (a?.kind === 'flow' && b?.kind === 'divisor') return normalized(node, a, b);
  if (a?.kind === 'divisor' && b?.kind === 'flow' && node.operator === 'Mul')
    return normalized(node, b, a);
  const divisor = a?.kind === 'divisor' ? a : b?.kind === 'divisor' ? b : null;
  return divisor ? step(node, divisor) : null;
}

function squares(base: Flow): Divisor {
  return {
    kind: 'divisor',
    base,
    window: null,
    pads: null,
    lifted: false,
    coeff: 1,
    k: null,
    power: null,
  };
}

async function step(node: NodeReader, divisor: Divisor): Promise<Divisor> {
  const refused = () => node.refusal('in a response normalization that is not known');
  const { window, k, power } = divisor;
  switch (node.operator) {
    case 'Identity':
    case 'Cast':
      node.ignore('to', 'saturate', 'round_mode');
      return divisor;
    case 'Unsqueeze':
    case 'Squeeze':
      if ((node.integers(1) ?? node.list('axes', [])).join() !== '1') throw refused();
      return { ...divisor, lifted: node.operator === 'Unsqueeze' };
    case 'Reshape': {
      node.ignore('allowzero', 'consumed_inputs');
      const sides = node.integers(1) ?? [];
      if (sides.length !== 4 && !(sides.length === 5 && sides[1] === 1)) throw refused();
      return { ...divisor, lifted: sides.length === 5 };
    }
    case 'Pad': {
      node.only('mode', 'constant');
      if (node.has(2) && (await scalar(node, 2)) !== 0) throw refused();
      node.only('value', 0);
      const pads = node.integers(1) ?? node.list('pads', []);
      const rank = pads.length / 2;
      const channel = divisor.lifted ? 2 : 1;
      const before = pads[channel] ?? 0;
      const after = pads[rank + channel] ?? 0;
      if (pads.reduce((sum, side) => sum + side, 0) !== before + after || window) throw refused();
      const [earlier, later] = divisor.pads ?? [0, 0];
      return { ...divisor, pads: [earlier + before, later + after] };
    }
    case 'AveragePool': {
      if (window) throw refused();
      node.only('auto_pad', 'NOTSET');
      node.ignore('ceil_mode');
      if (node.list('dilations', [1]).some((step) => step !== 1)) throw refused();
      if (node.list('strides', [1]).some((side) => side !== 1)) throw refused();
      const kernel = node.list('kernel_shape', []);
      const pads = node.list('pads', []);
      const size = Math.max(...kernel);
      const reach = (size - 1) / 2;
      const counted = node.number('count_include_pad', 0) === 1;
      if (divisor.lifted && kernel.join() === [size, ...kernel.slice(1).map(() => 1)].join()) {
        const [before, after] =
          divisor.pads ?? (counted ? [pads[0] ?? 0, pads[kernel.length] ?? 0] : []);
        if (before !== reach || after !== reach) throw refused();
        return { ...divisor, window: { region: 'lrn', size }, coeff: divisor.coeff / size };
      }
      const even = pads.length === 4 && pads.every((side) => side === reach);
      if (divisor.lifted || kernel.join() !== `${size},${size}` || !even || !counted)
        throw refused();
      return { ...divisor, window: { region: 'mapnorm', size }, coeff: divisor.coeff / size ** 2 };
    }
    case 'Mul':
    case 'Div': {
      const by = await scalar(node, node.inputs[0] === divisor ? 1 : 0);
      if (by === null || k !== null || (node.operator === 'Div' && node.inputs[0] !== divisor))
        throw refused();
      return {
        ...divisor,
        coeff: node.operator === 'Mul' ? divisor.coeff * by : divisor.coeff / by,
      };
    }
    case 'Add': {
      const by = await scalar(node, node.inputs[0] === divisor ? 1 : 0);
      if (by === null || k !== null || !window) throw refused();
      return { ...divisor, k: by };
    }
    case 'Pow': {
      const by = await scalar(node, 1);
      if (by === null || power !== null || node.inputs[0] !== divisor) throw refused();
      return { ...divisor, power: by };
    }
    default:
      throw refused();
  }
}

function normalized(node: NodeReader, flow: Flow, divisor: Divisor): Flow {
  const { base, window, k, power, coeff, lifted } = divisor;
  const multiplied = node.operator === 'Mul';
  const whole = window && k !== null && power !== null && !lifted && base.layers === flow.layers;
  if (!whole || (!multiplied && node.operator !== 'Div')) {
    throw node.refusal('joins branches, AlexNet has none');
  }
  const beta = multiplied ? -power : power;
  const constants = { size: window.size, sumCoeff: coeff, beta, k };
  const layer =
    window.region === 'lrn'
      ? ({ op: 'lrn', ...constants, groups: 1 } as const)
      : ({ op: 'mapnorm', ...constants } as const);
  return { ...flow, layers: appended(flow.layers, [layer]) };
}

/** A constant of one number; null for anything else. */
export async function scalar(node: NodeReader, index: number): Promise<number | null> {
  const whole = node.integers(index);
  if (whole?.length === 1) return whole[0] ?? null;
  const tensor = node.tensor(index);
  if (!tensor?.shape.every((side) => side === 1)) return null;
  const [value] = await tensor.read();
  return value === undefined ? null : readNumber(value);
}
