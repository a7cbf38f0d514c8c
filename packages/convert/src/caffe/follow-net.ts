import { FormatError } from '../format-error.js';
import type {
  FoundLayer,
  FoundNetwork,
  FoundTensor,
  FoundTensors,
} from '../found/found-network.js';
import { readNumber } from '../tensors/derived.js';
import type { StoredTensor, StoredTensors } from '../tensors/tensor-file.js';
import type { CaffeLayer, CaffeNet, CaffeParameter } from './caffe-net.js';
import { collectTensors } from './collect-tensors.js';

/** Layers an inference passes through or ends with. */
const PASSED = new Set(['Dropout', 'Split', 'Flatten', 'Softmax', 'Concat']);

/**
 * What a net computes, layer by layer. Layers without weights that nothing computed depends on, such as
 * data, losses and outputs of any type, are passed over.
 *
 * @throws FormatError unsupported, naming the layer, for what no network here has
 */
export function followNet(net: CaffeNet): FoundNetwork {
  const tensors = collectTensors(net);
  const seen = new Set<string>();
  const layers: FoundLayer[] = [];
  let towers = 1;
  let flattened = false;
  for (const [index, layer] of net.layers.entries()) {
    // Listed for training and again for testing.
    const key = `${layer.type} ${layer.name}`;
    if (seen.has(key)) continue;
    seen.add(key);
    if (layer.type === 'Slice') towers = layer.top.length;
    else if (layer.type === 'Concat') towers = 1;
    if (layer.type === 'Slice' || PASSED.has(layer.type)) {
      if (layer.type === 'Dropout') layers.push(dropout(layer));
      continue;
    }
    const found = layerOf(layer, tensors, towers);
    if (!found) {
      if (layer.blobs.length === 0 && !isUsed(layer, net.layers.slice(index + 1))) continue;
      layers.push({
        op: 'unknown',
        detail: `caffe: a layer of type ${layer.type} ("${layer.name}")`,
      });
      continue;
    }
    if (found.op === 'dense' && !flattened) {
      layers.push({ op: 'flatten', order: 'chw' });
      flattened = true;
    }
    // The same normalization of each tower.
    const last = layers.at(-1);
    if (found.op === 'lrn' && towers > 1 && JSON.stringify(last) === JSON.stringify(found))
      continue;
    layers.push(found);
  }
  return { input: inputOf(net), layers, layout: 'channels-first' };
}

/** Whether a later layer that computes takes what this one gives. */
function isUsed({ top, bottom }: CaffeLayer, later: readonly CaffeLayer[]): boolean {
  if (bottom.length === 0) return false; // data
  return later.some(
    (layer) =>
      layer.blobs.length > 0 &&
      (layer.bottom.some((name) => top.includes(name)) || top.length === 0),
  );
}

function dropout({ parameters }: CaffeLayer): FoundLayer {
  const rate = value(parameters.dropout_param, 'dropout_ratio', 0.5);
  return { op: 'dropout', rate, scaling: 'train' };
}

function layerOf(layer: CaffeLayer, tensors: StoredTensors, towers: number): FoundLayer | null {
  const { name, type, parameters } = layer;
  const refuse = (detail: string) =>
    new FormatError('unsupported', `caffe: ${type} "${name}" ${detail}`);
  const both = (
    parameter: CaffeParameter | undefined,
    key: string,
    plain: string,
    byDefault: number,
  ) =>
    ['h', 'w'].map((side) =>
      value(parameter, `${key}_${side}`, value(parameter, plain, byDefault)),
    );
  const one = (sides: readonly number[], what: string): number => {
    if (sides[0] !== sides[1]) throw refuse(`has ${what} ${sides}; one for both axes is needed`);
    return sides[0] ?? 0;
  };
  const parts = (...names: readonly (keyof FoundTensors)[]): FoundTensors =>
    Object.fromEntries(
      names.flatMap((part) => {
        const tensor: StoredTensor | undefined = tensors.get(`${name}.${part}`);
        return tensor ? [[part, { name: `${name}.${part}`, ...tensor } satisfies FoundTensor]] : [];
      }),
    );
  switch (type) {
    case 'Convolution': {
      const param = parameters.convolution_param;
      const found = parts('weight', 'bias');
      const [filters = 0, , height = 1, width = 1] = found.weight?.shape ?? [];
      if (value(param, 'dilation', 1) !== 1) throw refuse('is dilated');
      const [down = 0, across = 0] = both(param, 'pad', 'pad', 0);
      return {
        op: 'conv',
        filters,
        kernel: [height, width],
        stride: one(both(param, 'stride', 'stride', 1), 'stride'),
        padding: { top: down, bottom: down, left: across, right: across },
        groups: value(param, 'group', 1),
        rounding: 'floor',
        tensors: found,
      };
    }
    case 'InnerProduct': {
      const param = parameters.inner_product_param;
      if (value(param, 'axis', 1) !== 1 || param?.transpose === true) throw refuse('is transposed');
      const found = parts('weight', 'bias');
      return { op: 'dense', units: found.weight?.shape[0] ?? 0, tensors: found };
    }
    case 'ReLU': {
      const slope = value(parameters.relu_param, 'negative_slope', 0);
      return { op: 'activation', function: 'relu', ...(slope === 0 ? {} : { slope }) };
    }
    case 'TanH':
      return { op: 'activation', function: 'tanh' };
    case 'Sigmoid':
      return { op: 'activation', function: 'sigmoid' };
    case 'Pooling': {
      const param = parameters.pooling_param;
      const kind = param?.pool ?? 'MAX';
      if (kind === 'STOCHASTIC') throw refuse('is stochastic');
      if (param?.global_pooling === true) {
        if (kind !== 'AVE') throw refuse('takes the largest value of a whole map');
        return { op: 'globalpool' };
      }
      const pad = one(both(param, 'pad', 'pad', 0), 'pad');
      return {
        op: 'pool',
        kind: kind === 'MAX' ? 'max' : 'avg',
        size: one(both(param, 'kernel', 'kernel_size', 1), 'kernel_size'),
        stride: one(both(param, 'stride', 'stride', 1), 'stride'),
        ...(pad > 0 ? { padding: { top: pad, left: pad, bottom: pad, right: pad } } : {}),
        ...(pad > 0 && kind !== 'MAX' ? { countPadding: true } : {}),
        ...(param?.round_mode === 'FLOOR' ? {} : { rounding: 'ceil' }),
      };
    }
    case 'LRN': {
      const param = parameters.lrn_param;
      const size = value(param, 'local_size', 5);
      const within = param?.norm_region === 'WITHIN_CHANNEL';
      const beta = value(param, 'beta', 0.75);
      const alpha = value(param, 'alpha', 1);
      return within
        ? { op: 'mapnorm', size, k: 1, beta, sumCoeff: alpha / size ** 2 }
        : {
            op: 'lrn',
            size,
            k: value(param, 'k', 1),
            beta,
            sumCoeff: alpha / size,
            groups: towers,
          };
    }
    case 'Power': {
      const param = parameters.power_param;
      const [power, scale, shift] = [
        value(param, 'power', 1),
        value(param, 'scale', 1),
        value(param, 'shift', 0),
      ];
      if (power !== 1 || shift !== 0 || !(scale > 0 && scale <= 1))
        throw refuse(`computes (${shift} + ${scale} x) ^ ${power}`);
      return { op: 'dropout', rate: Number((1 - scale).toPrecision(7)), scaling: 'test' };
    }
    case 'BatchNorm':
      return {
        op: 'batchnorm',
        momentum: 0.9,
        epsilon: value(parameters.batch_norm_param, 'eps', 1e-5),
        tensors: parts('weight', 'bias', 'running_mean', 'running_var'),
      };
    case 'Scale':
      // Part of the batch norm before it, where `collectTensors` found one.
      return tensors.has(`${name.replace(/_scale$/, '')}.running_mean`)
        ? { op: 'dropout', rate: 0, scaling: 'train' }
        : null;
    default:
      return null;
  }
}

function value(parameter: CaffeParameter | undefined, key: string, byDefault: number): number {
  const found = parameter && Object.hasOwn(parameter, key) ? parameter[key] : byDefault;
  if (typeof found !== 'number') return byDefault;
  return Number.isInteger(found) ? found : readNumber(found);
}

/** The crop a data layer takes; null where the net does not say it. */
function inputOf({ layers }: CaffeNet): FoundNetwork['input'] {
  const crop = layers
    .map(({ parameters }) => value(parameters.transform_param, 'crop_size', 0))
    .find((size) => size > 0);
  const first = layers.find(({ type, blobs }) => type === 'Convolution' && blobs.length > 0);
  const channels = first?.blobs[0]?.shape[1];
  return crop && channels ? { height: crop, width: crop, channels } : null;
}
