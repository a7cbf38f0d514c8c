import { asText } from '@alexnet/files/pickle';
import type { InputSpec } from '@alexnet/model';
import { FormatError } from '../format-error.js';
import type { FoundLayer, FoundTensors } from '../found/found-network.js';
import type { StoredTensors } from '../tensors/tensor-file.js';
import { type ConvnetLayer, get, numberOf } from './layers.js';
import { isWeighted, type Stage } from './merge-towers.js';

/** What stands behind the last layer and gives no scores of its own. */
const ENDS = /^(softmax|cost\..*)$/;

/**
 * What the net computes, from the data to its last layer with weights. Layers without weights have to be
 * the same in every tower, and for every tower a layer sees.
 *
 * @param tensors `1.weight`, `1.bias`, `2.weight` … of the stages
 * @throws FormatError unsupported, naming the layer
 */
export function followTowers(
  layers: ReadonlyMap<string, ConvnetLayer>,
  stages: readonly Stage[],
  tensors: StoredTensors,
): readonly FoundLayer[] {
  const found: FoundLayer[] = [];
  let side = 1;
  for (const [index, stage] of stages.entries()) {
    const [first] = stage.towers;
    if (!first) continue;
    side = stages[index - 1]?.towers.length ?? 1;
    const ways = stage.towers.flatMap((tower) =>
      tower.inputs.map((input) => between(input, layers, side)),
    );
    const [way = []] = ways;
    if (ways.some((other) => JSON.stringify(other) !== JSON.stringify(way))) {
      throw refusal(first, 'sees towers that compute different things');
    }
    found.push(...way);
    if (stage.kind === 'fc' && !found.some(({ op }) => op === 'flatten')) {
      found.push({ op: 'flatten', order: 'chw' });
    }
    found.push(weighted(stage, first, partsOf(tensors, index + 1)));
  }
  requireEnd(layers, stages.at(-1)?.towers ?? []);
  return found;
}

/** Size of the images, which the first convolution knows. */
export function inputOf([first]: readonly Stage[]): InputSpec | null {
  const [layer] = first?.towers ?? [];
  if (layer?.type !== 'conv') return null;
  const size = numberOf(layer, 'imgSize');
  return { height: size, width: size, channels: numberOf(layer, 'channels') };
}

/** Layers without weights on the way down from an input to the layer below with weights. */
function between(
  input: string,
  layers: ReadonlyMap<string, ConvnetLayer>,
  towers: number,
): readonly FoundLayer[] {
  const found: FoundLayer[] = [];
  let layer = layers.get(input);
  for (let steps = 0; layer && !isWeighted(layer) && steps <= layers.size; steps++) {
    if (layer.inputs.length > 1) throw refusal(layer, 'joins several layers');
    found.unshift(...describe(layer, towers));
    layer = layers.get(layer.inputs[0] ?? '');
  }
  return found;
}

function requireEnd(
  layers: ReadonlyMap<string, ConvnetLayer>,
  towers: readonly ConvnetLayer[],
): void {
  const names = towers.map(({ name }) => name);
  for (const layer of layers.values()) {
    const behind = layer.inputs.some((input) => names.includes(input));
    if (behind && !ENDS.test(layer.type)) throw refusal(layer, 'stands behind the last weights');
  }
}

function partsOf(tensors: StoredTensors, stage: number): FoundTensors {
  return Object.fromEntries(
    (['weight', 'bias'] as const).flatMap((part) => {
      const name = `${stage}.${part}`;
      const tensor = tensors.get(name);
      return tensor ? [[part, { ...tensor, name }]] : [];
    }),
  );
}

function weighted(
  { kind, groups, towers }: Stage,
  first: ConvnetLayer,
  tensors: FoundTensors,
): FoundLayer {
  const units = tensors.weight?.shape[0] ?? 0;
  if (kind === 'fc') return { op: 'dense', units, tensors };
  const windows = towers.map((layer) => windowOf(layer));
  const [window] = windows;
  if (!window || windows.some((other) => JSON.stringify(other) !== JSON.stringify(window))) {
    throw refusal(first, 'stands beside a convolution of another window');
  }
  return { op: 'conv', filters: units, ...window, groups, rounding: 'floor', tensors };
}

function windowOf(layer: ConvnetLayer) {
  if (!flag(layer, 'sharedBiases', true)) throw refusal(layer, 'has a bias for each place');
  if (flag(layer, 'randSparse', false)) throw refusal(layer, 'is sparse at random');
  const side = numberOf(layer, 'filterSize');
  const stride = numberOf(layer, 'stride');
  const start = -numberOf(layer, 'padding'); // stored negated
  // The windows may hang over the far edges, where the kernels read zeros.
  const end =
    (numberOf(layer, 'modulesX') - 1) * stride + side - numberOf(layer, 'imgSize') - start;
  return {
    kernel: [side, side] as const,
    stride,
    padding: { top: start, left: start, bottom: end, right: end },
  };
}

function describe(layer: ConvnetLayer, towers: number): readonly FoundLayer[] {
  const { type } = layer;
  switch (type) {
    case 'data':
      return [];
    case 'pool':
      return [pool(layer)];
    case 'cmrnorm':
    case 'rnorm': {
      if (flag(layer, 'blocked', false)) throw refusal(layer, 'is blocked');
      const size = numberOf(layer, 'size');
      if (size % 2 !== 1) throw refusal(layer, `has size ${size}; an odd window is read`);
      // `scale` was divided by the window's size when the file was written (layer.py:1183).
      const constants = { size, sumCoeff: numberOf(layer, 'scale'), beta: numberOf(layer, 'pow') };
      return type === 'cmrnorm'
        ? [{ op: 'lrn', ...constants, k: numberOf(layer, 'minDiv', 1), groups: towers }]
        : [{ op: 'mapnorm', ...constants, k: 1 }];
    }
    case 'neuron':
      return neuron(layer);
    case 'hs': {
      const rate = Number((1 - numberOf(layer, 'keep')).toPrecision(6));
      return [{ op: 'dropout', rate, scaling: 'test' }];
    }
    default:
      throw refusal(layer, 'is of a type that is not read');
  }
}

/** A last window may hang over the far edge; a mean divides by what it covers of the map. */
function pool(layer: ConvnetLayer): FoundLayer {
  const kind = asText(layer.fields.get('pool'), 'a pool kind');
  if (kind !== 'max' && kind !== 'avg') throw refusal(layer, `pools by ${kind}`);
  const [size, stride] = [numberOf(layer, 'sizeX'), numberOf(layer, 'stride')];
  const start = -numberOf(layer, 'start', 0);
  const image = numberOf(layer, 'imgSize', 0);
  const outputs = numberOf(layer, 'outputsX', 0);
  const usual = Math.ceil((image + start - size) / stride) + 1;
  if (start < 0 || (image > 0 && outputs > 0 && outputs !== usual)) {
    throw refusal(layer, `has start ${-start} and ${outputs} outputs on ${image} pixels`);
  }
  return {
    op: 'pool',
    kind,
    size,
    stride,
    ...(start > 0 ? { padding: { top: start, left: start, bottom: 0, right: 0 } } : {}),
    rounding: 'ceil',
  };
}

function neuron(layer: ConvnetLayer): readonly FoundLayer[] {
  const value = layer.fields.get('neuron') ?? null;
  const kind = asText(get(value, 'type') ?? value, 'a neuron type');
  if (kind === 'ident') return [];
  if (kind === 'relu') return [{ op: 'activation', function: 'relu' }];
  if (kind === 'logistic') return [{ op: 'activation', function: 'sigmoid' }];
  const params = get(value, 'params') ?? null;
  // a tanh(b x)
  if (kind === 'tanh' && get(params, 'a') === 1 && get(params, 'b') === 1) {
    return [{ op: 'activation', function: 'tanh' }];
  }
  throw refusal(layer, `computes ${kind}`);
}

/** A truth value of Python, the first where there is one for each input. */
function flag({ fields }: ConvnetLayer, key: string, byDefault: boolean): boolean {
  const field = fields.get(key);
  const value = Array.isArray(field) ? field[0] : field;
  return typeof value === 'boolean' || typeof value === 'number' ? Boolean(value) : byDefault;
}

function refusal({ type, name }: ConvnetLayer, detail: string): FormatError {
  return new FormatError('unsupported', `cuda-convnet: ${type} "${name}" ${detail}`);
}
