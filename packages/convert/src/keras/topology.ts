import { convolution, normalization, rounded } from '../alexnet/describe-spec.js';
import { FormatError } from '../format-error.js';

/** What a Keras or TF.js model description says, in running order. */
export interface Topology {
  /** One line a layer, as `describeSpec` writes them. */
  readonly description: readonly string[];
  /** Names of the layers that may have weights. */
  readonly layers: readonly string[];
}

type Json = Readonly<Record<string, unknown>>;

const NEUTRAL = new Set(['InputLayer', 'Dropout', 'Flatten', 'Softmax', 'Reshape']);
const MAX_LAYERS = 1_000;

/**
 * Reads a `Sequential` or `Functional` model's config as data: nothing in it is run, so a `Lambda`
 * is refused like any other layer no AlexNet has.
 *
 * @param model the JSON value with `class_name` and `config`
 * @throws FormatError
 */
export function readTopology(model: unknown): Topology {
  const { class_name: kind, config } = record(model, 'the model');
  if (kind !== 'Sequential' && kind !== 'Functional' && kind !== 'Model') {
    throw new FormatError('unsupported', `keras: a model of class ${String(kind)}`);
  }
  const layers = Array.isArray(config) ? config : record(config, 'its config').layers;
  if (!Array.isArray(layers) || layers.length > MAX_LAYERS) {
    throw new FormatError('bad-header', 'keras: a model without a list of layers');
  }
  const description: string[] = [];
  const names: string[] = [];
  let pads: readonly number[] = [0, 0, 0, 0];
  for (const entry of layers) {
    const layer = record(entry, 'a layer');
    const type = String(layer.class_name);
    const options = record(layer.config, 'a layer config');
    names.push(String(options.name));
    if (options.data_format === 'channels_first') {
      throw new FormatError('unsupported', 'keras: a channels_first model');
    }
    if (type === 'ZeroPadding2D') {
      pads = padding(options.padding);
      continue;
    }
    description.push(...describe(type, options, pads));
    pads = [0, 0, 0, 0];
  }
  return { description, layers: names };
}

function describe(type: string, options: Json, pads: readonly number[]): readonly string[] {
  switch (type) {
    case 'Conv2D':
    case 'AlexNetConv2D': {
      const kernel = pair(options.kernel_size);
      const strides = pair(options.strides ?? options.stride);
      const own = type === 'Conv2D' ? samePadding(options, kernel, strides) : quad(options.padding);
      const total = pads.map((side, index) => side + (own[index] ?? 0));
      if (pair(options.dilation_rate ?? 1).some((rate) => rate !== 1)) {
        throw new FormatError('unsupported', 'keras: a dilated convolution');
      }
      const line = convolution(kernel, strides, total, Number(options.groups ?? 1));
      return [line, ...activation(options.activation)];
    }
    case 'Dense':
      return ['dense', ...activation(options.activation)];
    case 'Activation':
      return activation(options.activation);
    case 'ReLU':
      return ['relu'];
    case 'MaxPooling2D':
    case 'AveragePooling2D': {
      const size = pair(options.pool_size);
      const strides = pair(options.strides ?? options.pool_size);
      if (options.padding !== 'valid')
        throw new FormatError('unsupported', 'keras: padded pooling');
      return [`${type === 'MaxPooling2D' ? 'max' : 'avg'} ${size} / ${strides}`];
    }
    case 'BatchNormalization':
      return [`batchnorm ${rounded(Number(options.epsilon ?? 1e-3))}`];
    case 'GlobalAveragePooling2D':
      return ['globalpool'];
    case 'AlexNetLRN':
    case 'AlexNetMapNorm': {
      const { size, k, beta, sum_coeff: sumCoeff } = options;
      const constants = {
        size: Number(size),
        k: Number(k),
        beta: Number(beta),
        sumCoeff: Number(sumCoeff),
      };
      const groups = Number(options.groups ?? 1);
      return [normalization(type === 'AlexNetLRN' ? 'lrn' : 'mapnorm', constants, groups)];
    }
    case 'AlexNetDropout':
      return options.scaling === 'test' ? [`scale ${rounded(1 - Number(options.rate))}`] : [];
    default:
      if (NEUTRAL.has(type)) return [];
      throw new FormatError('unsupported', `keras: a layer of class ${type}, which is not run`);
  }
}

function activation(name: unknown): readonly string[] {
  const key = name ?? 'linear';
  if (key === 'linear' || key === 'softmax') return [];
  if (key === 'relu' || key === 'tanh' || key === 'sigmoid') return [key];
  throw new FormatError('unsupported', `keras: activation ${String(key)}`);
}

/** `same` with a step of 1 pads evenly; with a larger one it depends on the input, which is refused. */
function samePadding(
  options: Json,
  kernel: readonly number[],
  strides: readonly number[],
): readonly number[] {
  if (options.padding === 'valid') return [0, 0, 0, 0];
  const even = strides.every((step) => step === 1) && kernel.every((side) => side % 2 === 1);
  if (options.padding !== 'same' || !even) {
    throw new FormatError('unsupported', 'keras: padding that depends on the size of the image');
  }
  const [vertical = 0, horizontal = 0] = kernel.map((side) => (side - 1) / 2);
  return [vertical, horizontal, vertical, horizontal];
}

/** ZeroPadding2D: `[[top, bottom], [left, right]]`, to top, left, bottom, right. */
function padding(value: unknown): readonly number[] {
  const [rows, columns] = Array.isArray(value) ? value : [value, value];
  const [top = 0, bottom = 0] = pair(rows);
  const [left = 0, right = 0] = pair(columns);
  return [top, left, bottom, right];
}

function quad(value: unknown): readonly number[] {
  const { top, left, bottom, right } = record(value, 'a padding');
  return [top, left, bottom, right].map(Number);
}

function pair(value: unknown): readonly number[] {
  const values = Array.isArray(value) ? value : [value, value];
  const numbers = values.map(Number);
  if (numbers.length !== 2 || !numbers.every(Number.isSafeInteger)) {
    throw new FormatError('bad-header', 'keras: a size that is no pair of whole numbers');
  }
  return numbers;
}

function record(value: unknown, what: string): Json {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Json;
  throw new FormatError('bad-header', `keras: ${what} is no object`);
}
