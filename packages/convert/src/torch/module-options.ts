import { PickleTuple, type PickleValue } from '@alexnet/files/pickle';
import { type ClassOptions, refusal } from '../found/class-options.js';

const NORM: ClassOptions = {
  carried: ['eps', 'momentum'],
  passed: ['num_features', 'affine'],
  fixed: { track_running_stats: true },
};
const RESPONSE_NORM: ClassOptions = { carried: ['size', 'alpha', 'beta', 'k'] };
const DROPOUT: ClassOptions = { passed: ['p', 'inplace'] };
const PROBABILITIES: ClassOptions = { carried: ['dim'] };

/** What is known of every attribute of every module of torch that is read. */
export const MODULE_CLASSES: Readonly<Record<string, ClassOptions>> = {
  Sequential: {},
  Conv2d: {
    carried: ['out_channels', 'kernel_size', 'stride', 'padding', 'groups'],
    passed: ['in_channels', 'output_padding'],
    fixed: { dilation: 1, transposed: false, padding_mode: 'zeros' },
  },
  Linear: { carried: ['out_features'], passed: ['in_features'] },
  BatchNorm1d: NORM,
  BatchNorm2d: NORM,
  LocalResponseNorm: RESPONSE_NORM,
  CrossMapLRN2d: RESPONSE_NORM,
  MaxPool2d: {
    carried: ['kernel_size', 'stride', 'padding', 'ceil_mode'],
    fixed: { dilation: 1, return_indices: false },
  },
  AvgPool2d: {
    carried: ['kernel_size', 'stride', 'padding', 'ceil_mode', 'count_include_pad'],
    fixed: { divisor_override: null },
  },
  AdaptiveAvgPool2d: { carried: ['output_size'] },
  // Before torch 0.4 a ReLU was a Threshold.
  ReLU: { passed: ['inplace'], fixed: { threshold: 0, value: 0 } },
  LeakyReLU: { carried: ['negative_slope'], passed: ['inplace'] },
  Tanh: {},
  Sigmoid: {},
  Flatten: { fixed: { start_dim: 1, end_dim: -1 } },
  Dropout: { carried: ['p'], passed: ['inplace'] },
  Dropout1d: DROPOUT,
  Dropout2d: DROPOUT,
  Dropout3d: DROPOUT,
  AlphaDropout: DROPOUT,
  FeatureAlphaDropout: DROPOUT,
  Identity: {},
  Softmax: PROBABILITIES,
  LogSoftmax: PROBABILITIES,
  Softmax2d: {},
};

/** A pruned weight is kept a second time as an attribute, as it was in the last run. */
const OF_EVERY_MODULE = /^(_.*|training|weight|bias)$/;

/** Why a module cannot be read, as the end of a sentence; null where each attribute is understood. */
export function refusedAttribute(
  name: string,
  options: ReadonlyMap<string, PickleValue>,
): string | null {
  const known = Object.hasOwn(MODULE_CLASSES, name) ? MODULE_CLASSES[name] : undefined;
  if (!known) return 'has no counterpart in an AlexNet';
  const plain = [...options]
    .filter(([key]) => !OF_EVERY_MODULE.test(key))
    .map(([key, value]) => [key, value instanceof PickleTuple ? value.items : value] as const);
  return refusal(known, plain);
}
