import type { InputSpec, Padding, Resize } from '@alexnet/model';
import { FormatError } from '../format-error.js';
import type {
  FoundLayer,
  FoundNetwork,
  FoundPadding,
  FoundTensor,
  FoundTensors,
} from '../found/found-network.js';
import { imageChannels } from '../found/image-channels.js';
import { type InputAffine, NO_CHANGE, thenAffine } from '../found/input-affine.js';
import { NO_PADS, plusPads, withPads } from '../found/with-pads.js';
import { className, classOfOnesOwn, type Json, record, refusedOption } from './layer-options.js';
import { layerSequence } from './layer-sequence.js';
import { type LayerTensors, tensorOf } from './layer-tensors.js';
import { pixelOperator } from './pixel-operator.js';

/** What a Keras or TF.js model description says. */
export interface Topology {
  readonly network: FoundNetwork;
  /** What is done to the pixels before the first layer. */
  readonly front: InputAffine;
  /** How images are scaled before that; null where the file does not say it. */
  readonly resize: Resize | null;
}

const MAX_LAYERS = 1_000;
/** Parts of a layer by the place Keras 3 keeps them at. */
const FILTERS = ['kernel', 'bias'];

interface Walk {
  readonly tensors: LayerTensors;
  readonly layers: FoundLayer[];
  front: InputAffine;
  resize: Resize | null;
  cropped: boolean;
  sizes: readonly (number | null)[];
  pads: Padding;
  channelsFirst: boolean;
  ended: boolean;
  count: number;
}

/**
 * Reads a `Sequential` or `Functional` model's config, nets in it too, as data: nothing in it is run, so
 * a `Lambda` is a layer nobody knows.
 *
 * @param model the JSON value with `class_name` and `config`
 * @throws FormatError
 */
export async function readTopology(model: unknown, tensors: LayerTensors): Promise<Topology> {
  const walk: Walk = {
    tensors,
    layers: [],
    front: NO_CHANGE,
    resize: null,
    cropped: false,
    sizes: [],
    pads: NO_PADS,
    channelsFirst: false,
    ended: false,
    count: 0,
  };
  await walkModel(record(model, 'the model'), walk);
  const input = inputOf(walk);
  return {
    network: { input, layers: walk.layers, layout: 'channels-last' },
    front: walk.front,
    resize: walk.resize,
  };
}

async function walkModel(model: Json, walk: Walk): Promise<void> {
  for (const layer of layerSequence(model)) {
    if (walk.count++ > MAX_LAYERS) throw new FormatError('too-large', 'keras: too many layers');
    const type = className(layer.class_name);
    const options = record(layer.config, 'a layer config');
    const own = classOfOnesOwn(layer);
    if (own) walk.layers.push({ op: 'unknown', detail: own });
    else if (type === 'Sequential' || type === 'Functional' || type === 'Model')
      await walkModel(layer, walk);
    else if (type === 'TimeDistributed')
      throw new FormatError('unsupported', 'keras: a TimeDistributed layer');
    else if (!(await walkOperator(layer, walk))) await walkLayer(type, options, walk);
  }
}

/** Arithmetic on the images that no layer does; behind the first layer it is one that is not run. */
async function walkOperator(layer: Json, walk: Walk): Promise<boolean> {
  const change = isAtFront(walk) ? await pixelOperator(layer) : null;
  if (change) walk.front = thenAffine(walk.front, change);
  return change !== null;
}

function isAtFront({ layers, pads }: Walk): boolean {
  return layers.length === 0 && pads === NO_PADS;
}

async function walkLayer(type: string, options: Json, walk: Walk): Promise<void> {
  const refused = refusedOption(type, options);
  if (refused) {
    walk.layers.push({ op: 'unknown', detail: refused });
    return;
  }
  const sizes = options.batch_input_shape ?? options.batch_shape;
  if (Array.isArray(sizes) && walk.sizes.length === 0) {
    walk.sizes = sizes.slice(1).map((side) => (Number.isSafeInteger(side) ? Number(side) : null));
  }
  const mixed = mixedOrder(type, options, walk);
  if (mixed) {
    walk.layers.push({ op: 'unknown', detail: mixed });
    return;
  }
  if (await walkFront(type, options, walk)) return;
  if (type === 'ZeroPadding2D') {
    walk.pads = plusPads(walk.pads, paddingOf(options.padding));
    return;
  }
  const found = layersOf(type, options, walk);
  const pads = walk.pads;
  const refusedPads = `keras: zeros put around the maps before a ${type}`;
  if (found.length > 0) walk.pads = NO_PADS;
  const ends = /softmax$/i.test(type) || /softmax$/.test(activationName(options.activation));
  if (walk.ended && (ends || found.length > 0)) {
    throw new FormatError('unsupported', `keras: ${type} after a softmax`);
  }
  for (const [index, layer] of found.entries()) {
    walk.layers.push(index === 0 ? withPads(layer, pads, refusedPads) : layer);
  }
  walk.ended ||= ends;
}

/** Why the order of axes a layer expects is not the one its maps have; a flatten may turn them around. */
function mixedOrder(type: string, options: Json, walk: Walk): string | null {
  const { data_format: order } = options;
  const seen = walk.channelsFirst ? 'channels_first' : 'channels_last';
  const detail = `keras: ${type} has data_format ${String(order)}, its maps are ${seen}`;
  if (type === 'Flatten') return order === 'channels_first' && !walk.channelsFirst ? detail : null;
  if (!/^(Conv2D|(Max|Average|GlobalAverage)Pooling2D|ZeroPadding2D)$/.test(type) || !order) {
    return null;
  }
  const isFirst = isAtFront(walk);
  if (isFirst) walk.channelsFirst = order === 'channels_first';
  return isFirst || order === seen ? null : detail;
}

/** Preparation of the images inside the network. */
async function walkFront(type: string, options: Json, walk: Walk): Promise<boolean> {
  const atFront = isAtFront(walk);
  const refuse = (detail = 'behind the first layer'): never => {
    throw new FormatError('unsupported', `keras: ${type} ${detail}`);
  };
  const numbers = (value: unknown) =>
    (Array.isArray(value) ? value.flat(9) : [value ?? 0]).map(Number);
  const change = (scale: readonly number[], shift: readonly number[]) => {
    if ([scale, shift].some(({ length }) => length !== 1 && length !== 3)) {
      refuse(`with ${Math.max(scale.length, shift.length)} numbers, not one for each channel`);
    }
    walk.front = thenAffine(walk.front, { scale, shift });
  };
  switch (type) {
    case 'Rescaling': {
      if (!atFront) refuse();
      change(numbers(options.scale), numbers(options.offset));
      return true;
    }
    case 'Normalization': {
      if (!atFront) refuse();
      const { mean, variance } = await statistics(options, walk.tensors);
      const deviation = variance.map((value) => Math.max(Math.sqrt(value), 1e-7));
      const scale = deviation.map((value) => 1 / value);
      change(
        scale,
        mean.map((value, index) => -value * (scale[scale.length === 1 ? 0 : index] ?? 1)),
      );
      return true;
    }
    case 'Resizing':
    case 'CenterCrop': {
      if (!atFront || (type === 'Resizing' && walk.cropped)) refuse();
      if (type === 'Resizing') walk.resize = resizeOf(options, refuse);
      else walk.cropped = true;
      const channels = walk.sizes.find((side) => side !== null && side <= 4) ?? 3;
      walk.sizes = [Number(options.height), Number(options.width), channels];
      return true;
    }
    default:
      return false;
  }
}

/** As Keras resizes: a square without regard to proportions, or the center of that shape. */
function resizeOf(options: Json, refuse: (detail: string) => never): Resize {
  const { height, width, interpolation = 'bilinear', antialias = false } = options;
  if (height !== width) refuse(`to ${String(height)}×${String(width)}, which is no square`);
  if (interpolation !== 'bilinear' && !(interpolation === 'bicubic' && antialias === true)) {
    refuse(`with interpolation ${String(interpolation)}`);
  }
  return {
    shorterSide: Number(height),
    ...(options.crop_to_aspect_ratio === true ? {} : { squash: true }),
    ...(interpolation === 'bicubic' ? { interpolation } : {}),
    ...(antialias === true ? {} : { antialias: false }),
  };
}

async function statistics({ name, mean, variance }: Json, tensors: LayerTensors) {
  const numbers = (value: unknown) => (Array.isArray(value) ? value.flat(9) : [value]).map(Number);
  if (mean !== null && mean !== undefined)
    return { mean: numbers(mean), variance: numbers(variance) };
  const read = async (part: string, place: number) => {
    const tensor = tensorOf(tensors, String(name), part, place);
    if (!tensor) throw new FormatError('missing-tensor', `keras: no ${part} of ${String(name)}`);
    return Array.from(await tensor.read());
  };
  return { mean: await read('mean', 0), variance: await read('variance', 1) };
}

function layersOf(
  type: string,
  options: Json,
  { tensors, channelsFirst, layers }: Walk,
): readonly FoundLayer[] {
  const parts = (names: readonly string[]) => tensorsOf(String(options.name), names, tensors);
  switch (type) {
    case 'Conv2D':
    case 'AlexNetConv2D': {
      const kernel = pair(options.kernel_size);
      const found = parts(options.use_bias === false ? ['kernel'] : FILTERS);
      const groups = Number(options.groups ?? 1);
      return [
        {
          op: 'conv',
          filters: Number(options.filters),
          kernel,
          stride: square(options.strides ?? options.stride ?? 1, `${type} strides`),
          padding:
            type === 'Conv2D'
              ? padding(options.padding)
              : (record(options.padding, 'a padding') as unknown as Padding),
          groups,
          rounding: 'floor',
          tensors: { ...named(found.kernel, 'weight'), ...named(found.bias, 'bias') },
        },
        ...activation(options.activation),
      ];
    }
    case 'Dense': {
      const found = parts(options.use_bias === false ? ['kernel'] : FILTERS);
      const tensorsFound = { ...named(found.kernel, 'weight'), ...named(found.bias, 'bias') };
      return [
        { op: 'dense', units: Number(options.units), tensors: tensorsFound },
        ...activation(options.activation),
      ];
    }
    case 'Activation':
      return activation(options.activation);
    case 'ReLU':
      return relu(Number(options.negative_slope ?? 0));
    case 'LeakyReLU':
      return relu(Number(options.negative_slope ?? options.alpha ?? 0.3));
    case 'MaxPooling2D':
    case 'AveragePooling2D': {
      const size = square(options.pool_size ?? 2, `${type} pool_size`);
      const sides = padding(options.padding);
      return [
        {
          op: 'pool',
          kind: type === 'MaxPooling2D' ? 'max' : 'avg',
          size,
          stride: square(options.strides ?? size, `${type} strides`),
          ...(typeof sides === 'string' ? { padding: sides } : {}),
        },
      ];
    }
    case 'AlexNetPool2D': {
      const { kind, size, stride, padding: sides, rounding, count_padding: counted } = options;
      return [
        {
          op: 'pool',
          kind: kind === 'avg' ? 'avg' : 'max',
          size: Number(size),
          stride: Number(stride),
          ...(sides ? { padding: record(sides, 'a padding') as unknown as Padding } : {}),
          ...(rounding === 'ceil' ? { rounding: 'ceil' } : {}),
          ...(counted === true ? { countPadding: true } : {}),
        },
      ];
    }
    case 'BatchNormalization': {
      const axis = Array.isArray(options.axis) ? options.axis[0] : (options.axis ?? -1);
      const isVector = layers.some(({ op }) => op === 'flatten' || op === 'globalpool');
      const own = isVector ? [1, -1] : channelsFirst ? [1] : [3, -1];
      if (!own.includes(Number(axis))) {
        return [{ op: 'unknown', detail: `keras: BatchNormalization over axis ${String(axis)}` }];
      }
      const names = [
        ...(options.scale === false ? [] : ['gamma']),
        ...(options.center === false ? [] : ['beta']),
        'moving_mean',
        'moving_variance',
      ];
      const { gamma, beta, moving_mean: mean, moving_variance: variance } = parts(names);
      return [
        {
          op: 'batchnorm',
          momentum: Number(options.momentum ?? 0.99),
          epsilon: Number(options.epsilon ?? 1e-3),
          tensors: {
            ...named(gamma, 'weight'),
            ...named(beta, 'bias'),
            ...named(mean, 'running_mean'),
            ...named(variance, 'running_var'),
          },
        },
      ];
    }
    case 'GlobalAveragePooling2D':
      return [{ op: 'globalpool' }];
    case 'Flatten':
      // Keras turns channels-first maps around when its flatten says so.
      return [
        {
          op: 'flatten',
          order: channelsFirst && options.data_format !== 'channels_first' ? 'chw' : 'hwc',
        },
      ];
    case 'Reshape': {
      const sides = Array.isArray(options.target_shape) ? options.target_shape : [];
      return sides.length === 1
        ? [{ op: 'flatten', order: channelsFirst ? 'chw' : 'hwc' }]
        : [{ op: 'unknown', detail: `keras: Reshape to [${sides}]` }];
    }
    case 'AlexNetLRN':
    case 'AlexNetMapNorm': {
      const constants = {
        size: Number(options.size),
        k: Number(options.k),
        beta: Number(options.beta),
        sumCoeff: Number(options.sum_coeff),
      };
      return type === 'AlexNetLRN'
        ? [{ op: 'lrn', ...constants, groups: Number(options.groups ?? 1) }]
        : [{ op: 'mapnorm', ...constants }];
    }
    case 'AlexNetDropout':
      return [
        {
          op: 'dropout',
          rate: Number(options.rate),
          scaling: options.scaling === 'test' ? 'test' : 'train',
        },
      ];
    case 'Dropout':
      return [{ op: 'dropout', rate: Number(options.rate ?? 0), scaling: 'train' }];
    case 'Softmax': {
      const { axis = -1 } = options;
      return axis === 1 || axis === -1
        ? []
        : [{ op: 'unknown', detail: `keras: Softmax over axis ${JSON.stringify(axis)}` }];
    }
    default:
      return [];
  }
}

function named(tensor: FoundTensor | undefined, part: keyof FoundTensors): FoundTensors {
  return tensor ? { [part]: tensor } : {};
}

function tensorsOf(
  layer: string,
  parts: readonly string[],
  tensors: LayerTensors,
): Record<string, FoundTensor> {
  const found: Record<string, FoundTensor> = {};
  for (const [place, part] of parts.entries()) {
    const tensor = tensorOf(tensors, layer, part, place);
    if (!tensor) {
      throw new FormatError('missing-tensor', `keras: the file has no ${part} of layer "${layer}"`);
    }
    found[part] = tensor;
  }
  return found;
}

function relu(slope: number): readonly FoundLayer[] {
  return [{ op: 'activation', function: 'relu', ...(slope === 0 ? {} : { slope }) }];
}

function activationName(value: unknown): string {
  if (value === null || value === undefined) return 'linear';
  if (typeof value === 'string') return value;
  const { config } = Object(value) as Json;
  return typeof config === 'string' ? config : String((Object(value) as Json).class_name);
}

function activation(value: unknown): readonly FoundLayer[] {
  const name = activationName(value);
  if (name === 'linear' || name === 'softmax' || name === 'log_softmax') return [];
  if (name === 'leaky_relu') return relu(0.2);
  if (name === 'relu' || name === 'tanh' || name === 'sigmoid')
    return [{ op: 'activation', function: name }];
  return [{ op: 'unknown', detail: `keras: activation ${name}` }];
}

function padding(value: unknown): FoundPadding {
  if (value === undefined || value === 'valid') return NO_PADS;
  if (value === 'same') return 'same';
  throw new FormatError('unsupported', `keras: padding ${String(value)}`);
}

/** ZeroPadding2D: `[[top, bottom], [left, right]]`. */
function paddingOf(value: unknown): Padding {
  const [rows, columns] = Array.isArray(value) ? value : [value, value];
  const [top, bottom] = pair(rows);
  const [left, right] = pair(columns);
  return { top, left, bottom, right };
}

function square(value: unknown, what: string): number {
  const [down, across] = pair(value);
  if (down !== across)
    throw new FormatError(
      'unsupported',
      `keras: ${what} ${down}, ${across}; one for both axes is needed`,
    );
  return down;
}

function pair(value: unknown): readonly [number, number] {
  const [a, b, ...more] = (Array.isArray(value) ? value : [value, value]).map(Number);
  if (
    a === undefined ||
    b === undefined ||
    more.length > 0 ||
    !Number.isSafeInteger(a) ||
    !Number.isSafeInteger(b)
  ) {
    throw new FormatError('bad-header', 'keras: a size that is no pair of whole numbers');
  }
  return [a, b];
}

/** The size of the images, in whichever order the file has it. */
function inputOf({ sizes, layers, channelsFirst }: Walk): InputSpec | null {
  const [a, b, c] = sizes;
  if (!a || !b || !c) return null;
  const channels = imageChannels({ layers, layout: 'channels-last' }) ?? 3;
  if (channelsFirst && a === channels) return { height: b, width: c, channels: a };
  return { height: a, width: b, channels: c };
}
