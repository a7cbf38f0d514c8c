import { ModelError } from '../model-error.js';
import { dropsEverything } from '../ops/dropout-mask.js';
import { LAYER_KEYS } from './layer-keys.js';
import type { ActivationSpec, Initializer, LayerSpec, Padding, PoolSpec } from './layer-spec.js';
import type { InputSpec, NetworkSpec } from './network-spec.js';
import { parameterCounts } from './parameter-shapes.js';
import { PRESET_NAMES } from './presets.js';
import { type Keys, refuseUnknown } from './refuse-unknown.js';

/** Far above any network of this family, low enough that a hostile file cannot ask for much. */
const MAX_LAYERS = 256;
const MAX_LENGTH = 65_536;
const MAX_PARAMETERS = 2 ** 31;

type Json = Readonly<Record<string, unknown>>;

const NETWORK_KEYS: Keys<NetworkSpec> = { preset: true, input: true, classes: true, layers: true };
const INPUT_KEYS: Keys<InputSpec> = { height: true, width: true, channels: true };
const PADDING_KEYS: Keys<Padding> = { top: true, left: true, bottom: true, right: true };
const INIT_KEYS: Keys<Initializer> = { weight: true, bias: true };

/**
 * Checks a network that came from outside, such as the metadata of a weights file, and returns a
 * copy: every key known, every number in range, the geometry worked out once.
 *
 * @throws {ModelError} Naming the place and what is wrong with it.
 */
export function validateSpec(value: unknown): NetworkSpec {
  const spec = record(value, 'network', NETWORK_KEYS);
  const input = record(spec.input, 'input', INPUT_KEYS);
  const list = spec.layers;
  if (!Array.isArray(list) || list.length === 0 || list.length > MAX_LAYERS) {
    throw new ModelError('bad-spec', `layers: expected a list of 1 to ${MAX_LAYERS} layers.`);
  }
  const layers = list.map((layer, index) => readLayer(record(layer, `layers[${index}]`), index));
  const names = new Set<string>();
  for (const { name } of layers) {
    if (names.has(name))
      throw new ModelError('bad-spec', `layers: two layers are called "${name}".`);
    names.add(name);
  }
  const checked: NetworkSpec = {
    preset: choice(spec, 'network', 'preset', [...PRESET_NAMES, 'custom']),
    input: {
      height: integer(input, 'input', 'height', 1),
      width: integer(input, 'input', 'width', 1),
      channels: integer(input, 'input', 'channels', 1),
    },
    classes: integer(spec, 'network', 'classes', 1),
    layers,
  };
  checkSize(checked);
  return checked;
}

function checkSize(spec: NetworkSpec): void {
  const parameters = parameterCounts(spec).reduce((sum, count) => sum + count, 0);
  if (parameters > MAX_PARAMETERS) {
    throw new ModelError(
      'bad-spec',
      `layers: ${parameters} parameters; the limit is ${MAX_PARAMETERS}.`,
    );
  }
}

function readLayer(layer: Json, index: number): LayerSpec {
  const name = layer.name;
  // Names become parts of file keys (`conv1.weight`) and of variable names.
  if (typeof name !== 'string' || !/^[A-Za-z][A-Za-z0-9_-]{0,63}$/.test(name)) {
    throw new ModelError(
      'bad-spec',
      `layers[${index}].name: expected a letter followed by letters, digits, _ or -.`,
    );
  }
  const { op } = layer;
  if (typeof op === 'string' && isKind(op)) refuseUnknown(layer, name, LAYER_KEYS[op], 'bad-spec');
  switch (op) {
    case 'conv':
      return {
        op: 'conv',
        name,
        filters: integer(layer, name, 'filters', 1),
        kernel: pair(layer.kernel, `${name}.kernel`),
        stride: integer(layer, name, 'stride', 1),
        padding: readPadding(layer, name),
        groups: integer(layer, name, 'groups', 1),
        rounding: choice(layer, name, 'rounding', ['exact', 'floor']),
        init: readInit(layer, name),
      };
    case 'dense':
      return {
        op: 'dense',
        name,
        units: integer(layer, name, 'units', 1),
        init: readInit(layer, name),
      };
    case 'activation':
      return readActivation(layer, name);
    case 'pool':
      return readPool(layer, name);
    case 'lrn':
      return {
        op: 'lrn',
        name,
        ...normConstants(layer, name),
        groups: integer(layer, name, 'groups', 1),
      };
    case 'mapnorm':
      return { op: 'mapnorm', name, ...normConstants(layer, name) };
    case 'batchnorm':
      return {
        op: 'batchnorm',
        name,
        momentum: number(layer, name, 'momentum', 0, 1),
        epsilon: number(layer, name, 'epsilon', Number.MIN_VALUE, 1),
      };
    case 'dropout': {
      const rate = number(layer, name, 'rate', 0, 1);
      if (dropsEverything(rate)) {
        throw new ModelError('bad-spec', `${name}.rate: ${rate} would drop everything.`);
      }
      return {
        op: 'dropout',
        name,
        rate,
        scaling: choice(layer, name, 'scaling', ['train', 'test']),
      };
    }
    case 'flatten':
    case 'globalpool':
      return { op, name };
    default:
      throw new ModelError(
        'bad-spec',
        `${name}.op: no layer is called ${JSON.stringify(op) ?? 'undefined'}.`,
      );
  }
}

function isKind(op: string): op is LayerSpec['op'] {
  return Object.hasOwn(LAYER_KEYS, op);
}

function readActivation(layer: Json, name: string): ActivationSpec {
  const what = choice(layer, name, 'function', ['relu', 'tanh', 'sigmoid']);
  if (layer.slope === undefined) return { op: 'activation', name, function: what };
  if (what !== 'relu') throw new ModelError('bad-spec', `${name}.slope: only a relu has one.`);
  const slope = number(layer, name, 'slope', Number.MIN_VALUE, 1);
  return { op: 'activation', name, function: what, slope };
}

function readPool(layer: Json, name: string): PoolSpec {
  const size = integer(layer, name, 'size', 1);
  const padding = layer.padding === undefined ? null : readPadding(layer, name);
  // A window on the padding alone would have no largest value.
  if (padding && Object.values(padding).some((side) => side >= size)) {
    throw new ModelError(
      'bad-spec',
      `${name}.padding: each side must be smaller than the window of ${size}.`,
    );
  }
  return {
    op: 'pool',
    name,
    kind: choice(layer, name, 'kind', ['max', 'avg']),
    size,
    stride: integer(layer, name, 'stride', 1),
    ...(padding ? { padding } : {}),
    ...(layer.rounding === undefined
      ? {}
      : { rounding: choice(layer, name, 'rounding', ['ceil']) }),
    ...(layer.countPadding === undefined ? {} : { countPadding: isTrue(layer, name) }),
  };
}

function isTrue(layer: Json, name: string): true {
  if (layer.countPadding === true) return true;
  throw new ModelError('bad-spec', `${name}.countPadding: expected true, or leave it out.`);
}

function normConstants(layer: Json, name: string) {
  const size = integer(layer, name, 'size', 1);
  if (size % 2 === 0) {
    throw new ModelError(
      'bad-spec',
      `${name}.size: ${size} is even, and backends disagree where such a window sits.`,
    );
  }
  return {
    size,
    // With k > 0 and sumCoeff ≥ 0 the base of the power is never zero or negative.
    k: number(layer, name, 'k', 1e-6, 1e6),
    sumCoeff: number(layer, name, 'sumCoeff', 0, 1e6),
    beta: number(layer, name, 'beta', 0, 100),
  };
}

function readPadding(layer: Json, name: string): Padding {
  const padding = record(layer.padding, `${name}.padding`, PADDING_KEYS);
  const side = (key: keyof Padding) => integer(padding, `${name}.padding`, key, 0);
  return { top: side('top'), left: side('left'), bottom: side('bottom'), right: side('right') };
}

function readInit(layer: Json, name: string): Initializer {
  const place = `${name}.init`;
  const init = record(layer.init, place, INIT_KEYS);
  const weight = record(init.weight, `${place}.weight`);
  const kind = choice(weight, `${place}.weight`, 'kind', ['normal', 'he', 'lecun', 'pytorch']);
  const bias = init.bias === 'pytorch' ? init.bias : number(init, place, 'bias', -1e6, 1e6);
  const known: Readonly<Record<string, true>> =
    kind === 'normal' ? { kind: true, sd: true } : { kind: true };
  refuseUnknown(weight, `${place}.weight`, known, 'bad-spec');
  if (kind !== 'normal') return { weight: { kind }, bias };
  return { weight: { kind, sd: number(weight, `${place}.weight`, 'sd', 0, 1e6) }, bias };
}

function record(value: unknown, place: string, known?: Readonly<Record<string, true>>): Json {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new ModelError('bad-spec', `${place}: expected an object.`);
  }
  if (known) refuseUnknown(value, place, known, 'bad-spec');
  return value as Json;
}

function number(from: Json, place: string, key: string, min: number, max: number): number {
  const value = from[key];
  if (typeof value !== 'number' || !(value >= min && value <= max)) {
    throw new ModelError('bad-spec', `${place}.${key}: expected a number from ${min} to ${max}.`);
  }
  return value;
}

function integer(from: Json, place: string, key: string, min: number): number {
  const value = from[key];
  if (typeof value !== 'number' || !Number.isInteger(value) || value < min || value > MAX_LENGTH) {
    throw new ModelError(
      'bad-spec',
      `${place}.${key}: expected a whole number from ${min} to ${MAX_LENGTH}, not ${String(value)}.`,
    );
  }
  return value;
}

function pair(value: unknown, place: string): readonly [height: number, width: number] {
  if (!Array.isArray(value) || value.length !== 2) {
    throw new ModelError('bad-spec', `${place}: expected [height, width].`);
  }
  const sides = { height: value[0], width: value[1] };
  return [integer(sides, place, 'height', 1), integer(sides, place, 'width', 1)];
}

function choice<const T extends string>(
  from: Json,
  place: string,
  key: string,
  allowed: readonly T[],
): T {
  const found = allowed.find((option) => option === from[key]);
  if (found === undefined) {
    throw new ModelError('bad-spec', `${place}.${key}: expected one of ${allowed.join(', ')}.`);
  }
  return found;
}
