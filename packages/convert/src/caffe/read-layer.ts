import type { FoundLayer, FoundTensor } from '../found/found-network.js';
import { mapped, permuted, reshaped } from '../tensors/derived.js';
import type { StoredTensor } from '../tensors/tensor-file.js';
import type { CaffeLayer } from './caffe-net.js';
import { optionsOf, refusal } from './layer-options.js';

/** How a layer type is read: what it computes, every option of it carried or refused. */
type Reader = (layer: CaffeLayer) => FoundLayer | Promise<FoundLayer>;

/**
 * What a layer computes, null for a type no network here has.
 *
 * @throws FormatError unsupported, naming the layer and the option
 */
export async function readLayer(layer: CaffeLayer): Promise<FoundLayer | null> {
  const read = Object.hasOwn(READERS, layer.type) ? READERS[layer.type] : undefined;
  return read ? await read(layer) : null;
}

const READERS: Readonly<Record<string, Reader>> = {
  Convolution: convolution,
  InnerProduct: innerProduct,
  ReLU: relu,
  PReLU: prelu,
  Sigmoid(layer) {
    optionsOf(layer, 'sigmoid_param').finish();
    return { op: 'activation', function: 'sigmoid' };
  },
  TanH(layer) {
    optionsOf(layer, 'tanh_param').finish();
    return { op: 'activation', function: 'tanh' };
  },
  Pooling: pooling,
  LRN: responseNorm,
  Power: power,
  BatchNorm: batchNorm,
  Dropout(layer) {
    const options = optionsOf(layer, 'dropout_param');
    const rate = options.number('dropout_ratio', 0.5);
    options.finish();
    return { op: 'dropout', rate, scaling: 'train' };
  },
  Flatten(layer) {
    const options = optionsOf(layer, 'flatten_param');
    const [from, to] = [options.number('axis', 1), options.number('end_axis', -1)];
    options.finish();
    if (from !== 1 || (to !== -1 && to !== 3)) throw refusal(layer, `flattens ${from} to ${to}`);
    return { op: 'flatten', order: 'chw' };
  },
  Reshape(layer) {
    const options = optionsOf(layer, 'reshape_param');
    const shape = options.numbers('shape');
    const whole = options.number('axis', 0) === 0 && options.number('num_axes', -1) === -1;
    options.finish();
    if (!whole || shape.length !== 2 || shape[0] !== 0) {
      throw refusal(layer, `reshapes to [${shape}]; only a flatten, [0, -1], is read`);
    }
    return { op: 'flatten', order: 'chw' };
  },
};

/** The types that are read by themselves. */
export const LAYER_TYPES: readonly string[] = /* @__PURE__ */ Object.keys(READERS);

function convolution(layer: CaffeLayer): FoundLayer {
  const options = optionsOf(layer, 'convolution_param');
  const { weight, bias } = weightAndBias(layer, options.flag('bias_term', true));
  const [filters = 0, , height = 1, width = 1] = weight.shape;
  if (weight.shape.length !== 4) throw refusal(layer, `has filters of [${weight.shape}]`);
  const said = options.number('num_output', filters);
  const kernel = options.sides('kernel', 'kernel_size', 0);
  const [down, across] = options.sides('pad', 'pad', 0);
  const stride = oneOf(layer, 'stride', options.sides('stride', 'stride', 1));
  const dilation = options.numbers('dilation');
  const groups = options.number('group', 1);
  const axis = options.number('axis', 1);
  options.finish();
  if (dilation.some((step) => step !== 1)) throw refusal(layer, `has dilation ${dilation}`);
  if (axis !== 1) throw refusal(layer, `has axis ${axis}`);
  const sized = kernel.every((side, index) => side === 0 || side === [height, width][index]);
  if (said !== filters || !sized) {
    throw refusal(
      layer,
      `says ${said} filters of ${kernel.join('×')}, its blob is [${weight.shape}]`,
    );
  }
  return {
    op: 'conv',
    filters,
    kernel: [height, width],
    stride,
    padding: { top: down, bottom: down, left: across, right: across },
    groups,
    rounding: 'floor',
    tensors: { weight, ...(bias && { bias }) },
  };
}

function innerProduct(layer: CaffeLayer): FoundLayer {
  const options = optionsOf(layer, 'inner_product_param');
  const { weight, bias } = weightAndBias(layer, options.flag('bias_term', true));
  const axis = options.number('axis', 1);
  const transposed = options.flag('transpose', false);
  const [first = 1, second = 1, ...rest] = weight.shape;
  // A dense weight of the 4-D era is [1, 1, out, in]; only these known sides are dropped.
  const flat = rest.length === 0 ? [first, second] : first * second === 1 ? rest : [];
  if (flat.length !== 2) throw refusal(layer, `is dense but has a blob of [${weight.shape}]`);
  const stored = reshaped(weight, flat);
  const matrix = transposed ? permuted(stored, [1, 0]) : stored;
  const units = matrix.shape[0] ?? 0;
  const said = options.number('num_output', units);
  options.finish();
  if (axis !== 1) throw refusal(layer, `has axis ${axis}`);
  if (said !== units) throw refusal(layer, `says ${said} units, its blob is [${weight.shape}]`);
  return { op: 'dense', units, tensors: { weight: matrix, ...(bias && { bias }) } };
}

function relu(layer: CaffeLayer): FoundLayer {
  const options = optionsOf(layer, 'relu_param');
  const slope = options.number('negative_slope', 0);
  options.finish();
  return rectifier(slope);
}

/** Read where all channels have one slope, which a leaky ReLU says too. */
async function prelu(layer: CaffeLayer): Promise<FoundLayer> {
  const options = optionsOf(layer, 'prelu_param');
  options.flag('channel_shared', false);
  options.finish();
  const [slopes] = layer.blobs;
  if (!slopes || layer.blobs.length > 1) throw refusal(layer, 'has no slopes');
  const [first = 0, ...others] = await slopes.read();
  if (others.some((slope) => slope !== first)) {
    throw refusal(layer, 'has a slope for each channel; one for all is read');
  }
  return rectifier(first);
}

function rectifier(slope: number): FoundLayer {
  return { op: 'activation', function: 'relu', ...(slope === 0 ? {} : { slope }) };
}

function pooling(layer: CaffeLayer): FoundLayer {
  const options = optionsOf(layer, 'pooling_param');
  const kind = options.word('pool', 'MAX');
  const all = options.flag('global_pooling', false);
  const size = oneOf(layer, 'kernel_size', options.sides('kernel', 'kernel_size', 0));
  const stride = oneOf(layer, 'stride', options.sides('stride', 'stride', 1));
  const [down, across] = options.sides('pad', 'pad', 0);
  const mode = options.word('round_mode', 'CEIL');
  options.finish();
  if (kind !== 'MAX' && kind !== 'AVE') throw refusal(layer, `has pool ${kind}`);
  if (all) {
    if (kind === 'MAX') throw refusal(layer, 'takes the largest value of a whole map');
    if (down + across > 0) throw refusal(layer, 'pads a whole map');
    return { op: 'globalpool' };
  }
  if (size === 0) throw refusal(layer, 'has no kernel_size');
  if (mode !== 'CEIL' && mode !== 'FLOOR') throw refusal(layer, `has round_mode ${mode}`);
  if (stride > size && mode === 'CEIL') {
    throw refusal(layer, 'leaves pixels out, and its last window may have none');
  }
  const padded = down + across > 0;
  return {
    op: 'pool',
    kind: kind === 'MAX' ? 'max' : 'avg',
    size,
    stride,
    ...(padded ? { padding: { top: down, left: across, bottom: down, right: across } } : {}),
    // A mean divides by what the window covers of the padded map (pooling_layer.cpp).
    ...(padded && kind === 'AVE' ? { countPadding: true } : {}),
    ...(mode === 'CEIL' ? { rounding: 'ceil' } : {}),
  };
}

function responseNorm(layer: CaffeLayer): FoundLayer {
  const options = optionsOf(layer, 'lrn_param');
  const size = options.number('local_size', 5);
  const alpha = options.number('alpha', 1);
  const beta = options.number('beta', 0.75);
  const region = options.word('norm_region', 'ACROSS_CHANNELS');
  const k = options.number('k', 1);
  options.finish();
  if (size % 2 !== 1) throw refusal(layer, `has local_size ${size}; Caffe wants it odd`);
  if (region === 'ACROSS_CHANNELS') {
    return { op: 'lrn', size, k, beta, sumCoeff: alpha / size, groups: 1 };
  }
  if (region !== 'WITHIN_CHANNEL') throw refusal(layer, `has norm_region ${region}`);
  // Within a map k is always 1 (lrn_layer.cpp, where the sum is an average pool and a Power).
  return { op: 'mapnorm', size, k: 1, beta, sumCoeff: alpha / size ** 2 };
}

/** The factor of 2012's dropout at test time; see `powerOf` for one in front of the net. */
function power(layer: CaffeLayer): FoundLayer {
  const { scale, shift } = powerOf(layer);
  if (shift !== 0 || !(scale > 0 && scale <= 1)) {
    throw refusal(layer, `computes ${shift} + ${scale} x`);
  }
  return { op: 'dropout', rate: Number((1 - scale).toPrecision(7)), scaling: 'test' };
}

/** `scale · x + shift`. @throws FormatError unsupported for another power than 1 */
export function powerOf(layer: CaffeLayer): { readonly scale: number; readonly shift: number } {
  const options = optionsOf(layer, 'power_param');
  const exponent = options.number('power', 1);
  const [scale, shift] = [options.number('scale', 1), options.number('shift', 0)];
  options.finish();
  if (exponent !== 1) throw refusal(layer, `has power ${exponent}`);
  return { scale, shift };
}

/** Its scale and shift are a Scale layer of their own, `withScale`. */
function batchNorm(layer: CaffeLayer): FoundLayer {
  const options = optionsOf(layer, 'batch_norm_param');
  // False is the word for training; a deployed net uses what training gathered.
  options.flag('use_global_stats', true);
  const momentum = options.number('moving_average_fraction', 0.999);
  const epsilon = options.number('eps', 1e-5);
  options.finish();
  const [mean, variance, factor, ...more] = layer.blobs;
  if (!mean || !variance || !factor || more.length > 0) {
    throw refusal(
      layer,
      `has ${layer.blobs.length} blobs; mean, variance and their factor are read`,
    );
  }
  return {
    op: 'batchnorm',
    momentum,
    epsilon,
    tensors: {
      running_mean: named(layer, 'running_mean', divided(mean, factor)),
      running_var: named(layer, 'running_var', divided(variance, factor)),
    },
  };
}

/** A batch norm with the Scale behind it; null where that is no factor a channel behind a batch norm. */
export function withScale(norm: FoundLayer | undefined, layer: CaffeLayer): FoundLayer | null {
  if (norm?.op !== 'batchnorm' || norm.tensors.weight) return null;
  const options = optionsOf(layer, 'scale_param');
  const [axis, axes] = [options.number('axis', 1), options.number('num_axes', 1)];
  options.flag('bias_term', false); // its blob says so
  options.finish();
  const [weight, bias, ...more] = layer.blobs;
  if (axis !== 1 || axes !== 1) throw refusal(layer, `has axis ${axis}, num_axes ${axes}`);
  if (!weight || more.length > 0) throw refusal(layer, `has ${layer.blobs.length} blobs`);
  const tensors = {
    ...norm.tensors,
    weight: named(layer, 'weight', vector(weight)),
    ...(bias && { bias: named(layer, 'bias', vector(bias)) }),
  };
  return { ...norm, tensors };
}

function weightAndBias(layer: CaffeLayer, biased: boolean) {
  const [weight, bias, ...more] = layer.blobs;
  if (!weight) throw refusal(layer, 'has no weights in this file');
  if (more.length > 0 || (bias && !biased)) {
    throw refusal(layer, `has ${layer.blobs.length} blobs`);
  }
  return {
    weight: named(layer, 'weight', weight),
    bias: bias && named(layer, 'bias', vector(bias)),
  };
}

function named(layer: CaffeLayer, part: string, tensor: StoredTensor): FoundTensor {
  return { ...tensor, name: `${layer.name}.${part}` };
}

/** A vector of the 4-D era is `[1, 1, 1, n]`. */
function vector(tensor: StoredTensor): StoredTensor {
  const leading = tensor.shape.slice(0, -1).every((side) => side === 1);
  return leading ? reshaped(tensor, tensor.shape.slice(-1)) : tensor;
}

/** Caffe keeps running sums and the number to divide them by; 0 means nothing was ever added. */
function divided(tensor: StoredTensor, factor: StoredTensor): StoredTensor {
  const sums = vector(tensor);
  return {
    ...mapped(sums, (value) => value),
    async read() {
      const [values, [by = 1]] = await Promise.all([sums.read(), factor.read()]);
      return by === 0 ? values.fill(0) : values.map((value) => value / by);
    },
  };
}

function oneOf(layer: CaffeLayer, what: string, sides: readonly [number, number]): number {
  const [height, width] = sides;
  if (height !== width) {
    throw refusal(layer, `has ${what} ${height}×${width}; one for both axes is read`);
  }
  return height;
}
