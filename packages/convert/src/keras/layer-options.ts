import { FormatError } from '../format-error.js';
import { type ClassOptions, refusal } from '../found/class-options.js';

export type Json = Readonly<Record<string, unknown>>;

/** Options any layer has that change nothing a trained network computes. */
const EVERYWHERE =
  /^(name|trainable|dtype|batch_input_shape|batch_shape|input_shape|input_dtype|build_config|autocast|activity_regularizer|\w+_(initializer|regularizer|constraint))$/;

const CONVOLUTION = [
  'filters',
  'kernel_size',
  'strides',
  'padding',
  'data_format',
  'groups',
  'activation',
  'use_bias',
];
const POOL = ['pool_size', 'strides', 'padding', 'data_format'];
const NO_LORA = { lora_rank: null, lora_alpha: null, quantization_config: null };
const RANDOM = [
  'factor',
  'seed',
  'fill_mode',
  'fill_value',
  'interpolation',
  'value_range',
  'data_format',
  'height_factor',
  'width_factor',
  'height',
  'width',
  'mode',
  'lower',
  'upper',
  'stddev',
  'rate',
  'noise_shape',
];

/** What is known of every option of every layer class that is read. */
export const LAYER_CLASSES: Readonly<Record<string, ClassOptions>> = {
  InputLayer: {
    carried: ['batch_input_shape', 'batch_shape'],
    passed: ['sparse', 'ragged', 'optional'],
    fixed: {},
  },
  Conv2D: { carried: CONVOLUTION, fixed: { dilation_rate: 1, ...NO_LORA } },
  AlexNetConv2D: { carried: ['filters', 'kernel_size', 'stride', 'padding', 'groups'] },
  Dense: { carried: ['units', 'activation', 'use_bias'], fixed: NO_LORA },
  Activation: { carried: ['activation'] },
  ReLU: { carried: ['negative_slope'], fixed: { max_value: null, threshold: 0 } },
  LeakyReLU: { carried: ['negative_slope', 'alpha'] },
  Softmax: { carried: ['axis'] },
  MaxPooling2D: { carried: POOL },
  AveragePooling2D: { carried: POOL },
  AlexNetPool2D: { carried: ['kind', 'size', 'stride', 'padding', 'rounding', 'count_padding'] },
  GlobalAveragePooling2D: { carried: ['data_format'], passed: ['keepdims'] },
  ZeroPadding2D: { carried: ['padding', 'data_format'] },
  BatchNormalization: {
    carried: ['axis', 'epsilon', 'momentum', 'center', 'scale'],
    passed: ['fused', 'synchronized', 'virtual_batch_size', 'renorm_momentum'],
    fixed: { renorm: false, renorm_clipping: null, adjustment: null },
  },
  Flatten: { carried: ['data_format'] },
  Reshape: { carried: ['target_shape'] },
  AlexNetLRN: { carried: ['size', 'k', 'beta', 'sum_coeff', 'groups'] },
  AlexNetMapNorm: { carried: ['size', 'k', 'beta', 'sum_coeff'] },
  AlexNetDropout: { carried: ['rate', 'scaling'] },
  Dropout: { carried: ['rate'], passed: ['seed', 'noise_shape'] },
  Rescaling: { carried: ['scale', 'offset'] },
  Normalization: { carried: ['axis', 'mean', 'variance'], fixed: { invert: false } },
  Resizing: {
    carried: ['height', 'width', 'crop_to_aspect_ratio'],
    passed: ['interpolation', 'antialias', 'data_format'],
    fixed: { pad_to_aspect_ratio: false, fill_mode: 'constant', fill_value: 0 },
  },
  CenterCrop: { carried: ['height', 'width'], passed: ['data_format'] },
  SpatialDropout2D: { passed: RANDOM },
  GaussianDropout: { passed: RANDOM },
  GaussianNoise: { passed: RANDOM },
  AlphaDropout: { passed: RANDOM },
  ActivityRegularization: { passed: ['l1', 'l2'] },
  RandomFlip: { passed: RANDOM },
  RandomRotation: { passed: RANDOM },
  RandomTranslation: { passed: RANDOM },
  RandomZoom: { passed: RANDOM },
  RandomContrast: { passed: RANDOM },
  RandomBrightness: { passed: RANDOM },
};

/** Other names of the same classes. */
const ALIASES: Readonly<Record<string, string>> = {
  Convolution2D: 'Conv2D',
  MaxPool2D: 'MaxPooling2D',
  AvgPool2D: 'AveragePooling2D',
  GlobalAvgPool2D: 'GlobalAveragePooling2D',
};

/** `keras.layers>MaxPool2D` and other spellings as the class's first name. */
export function className(name: unknown): string {
  const short = String(name).replace(/^.*[>.]/, '');
  return Object.hasOwn(ALIASES, short) ? (ALIASES[short] ?? short) : short;
}

const KERAS = /^(tf_|tensorflow\.(python\.)?)?keras\b|^(layers\.)?experimental\b/;

/**
 * Why a layer is not what its class name says: the class is one that somebody else wrote, perhaps under a
 * name of Keras'. It comes from another module, or was registered in a package. Null for Keras' own.
 */
export function classOfOnesOwn({ class_name, module, registered_name }: Json): string | null {
  const name = String(registered_name ?? class_name);
  const [, from = 'keras'] = /^(.+)>/.exec(name) ?? [];
  if (KERAS.test(from) && (typeof module !== 'string' || KERAS.test(module))) return null;
  return `keras: a layer of class ${name}, which is not run`;
}

/**
 * Why a layer's options cannot be read, as a sentence; null where each is carried, passed over
 * knowingly, or has the value that is understood.
 */
export function refusedOption(type: string, options: Json): string | null {
  const known = Object.hasOwn(LAYER_CLASSES, type) ? LAYER_CLASSES[type] : undefined;
  if (!known) return `keras: a layer of class ${type}, which is not run`;
  const own = Object.entries(options).filter(
    ([key]) => known.carried?.includes(key) || !EVERYWHERE.test(key),
  );
  const { class_name: policy } = Object(options.dtype) as Json;
  if (/^Quantized/.test(String(policy))) {
    return `keras: ${type} is quantized; save the model as it was before quantize()`;
  }
  const refused = refusal(known, own);
  return refused && `keras: ${type} ${refused}`;
}

export function record(value: unknown, what: string): Json {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Json;
  throw new FormatError('bad-header', `keras: ${what} is no object`);
}
