import { ModelError } from '../model-error.js';
import { modifiedRecipe } from './apply-modifiers.js';
import { inferShapes } from './infer-shapes.js';
import type { DropoutSpec, Initializer, LayerSpec } from './layer-spec.js';
import type { SpecModifiers } from './modifiers.js';
import type { NetworkSpec, PresetName } from './network-spec.js';
import { PRESET_NAMES, pad } from './presets.js';
import type { Recipe, Stage } from './recipe.js';
import { type Keys, refuseUnknown } from './refuse-unknown.js';
import { validateSpec } from './validate-spec.js';

/**
 * Writes out the layer list of a preset, changed by modifiers in any combination that makes sense.
 *
 * Without arguments: the one-tower network, 227×227 RGB in, 1000 classes, 62,378,344 parameters.
 *
 * @throws {ModelError} When the name is unknown, a modifier is out of range, or the sizes do not work
 * out: 224 pixels without padding give (224 - 11) / 4 + 1 = 54.25 outputs.
 */
export function createSpec(
  preset: PresetName = 'alexnet',
  modifiers: SpecModifiers = {},
): NetworkSpec {
  if (!PRESET_NAMES.includes(preset)) {
    throw new ModelError(
      'unknown-preset',
      `No preset is called "${preset}"; there are ${PRESET_NAMES.join(', ')}.`,
    );
  }
  checkModifiers(modifiers);
  const recipe = modifiedRecipe(preset, modifiers);
  const { input, classes } = recipe;
  const features = featureLayers(recipe);
  const head = modifiers.head ?? 'dense';
  const layers = head === 'gap' ? gapHead(recipe, modifiers.dropout ?? 0) : denseHead(recipe);
  const spec = validateSpec({ preset, input, classes, layers: [...features, ...layers] });
  return head === 'conv' ? convHead(spec) : spec;
}

/** Every key once, checked by the compiler, for callers without one. */
const MODIFIERS: Keys<SpecModifiers> = {
  classes: true,
  input: true,
  channels: true,
  width: true,
  headWidth: true,
  activation: true,
  pool: true,
  norm: true,
  groups: true,
  head: true,
  dropout: true,
  init: true,
  conv1: true,
};
const SIDES: Keys<Extract<SpecModifiers['input'], object>> = { height: true, width: true };
const CONV1: Keys<NonNullable<SpecModifiers['conv1']>> = {
  stride: true,
  kernelSize: true,
  padding: true,
  rounding: true,
  sd: true,
};

function checkModifiers(modifiers: SpecModifiers): void {
  const unknown = Object.keys(modifiers).find((key) => !(key in MODIFIERS));
  if (unknown !== undefined) {
    throw new ModelError(
      'bad-modifier',
      `No modifier is called "${unknown}"; there are ${Object.keys(MODIFIERS).join(', ')}.`,
    );
  }
  const { input, conv1 } = modifiers;
  if (input !== undefined && typeof input !== 'number') {
    refuseUnknown(input, 'input', SIDES, 'bad-modifier');
  }
  if (conv1 !== undefined) refuseUnknown(conv1, 'conv1', CONV1, 'bad-modifier');
  const choices = {
    activation: ['relu', 'tanh', 'sigmoid'],
    pool: ['max', 'avg'],
    norm: ['lrn', 'batch', 'none'],
    groups: [1, 2],
    head: ['dense', 'conv', 'gap'],
    init: ['paper', '2012', 'he', 'pytorch'],
  } as const;
  for (const [name, allowed] of Object.entries(choices)) {
    const value = modifiers[name as keyof typeof choices];
    if (value !== undefined && !(allowed as readonly unknown[]).includes(value)) {
      throw new ModelError(
        'bad-modifier',
        `${name} must be one of ${allowed.join(', ')}, not ${String(value)}.`,
      );
    }
  }
  for (const name of ['width', 'headWidth'] as const) {
    const value = modifiers[name];
    if (value !== undefined && !(value > 0 && value <= 16)) {
      throw new ModelError(
        'bad-modifier',
        `${name} is a factor above 0 and up to 16, not ${value}.`,
      );
    }
  }
  if (modifiers.headWidth !== undefined && modifiers.head === 'gap') {
    throw new ModelError(
      'bad-modifier',
      'headWidth scales fc6 and fc7, which a gap head does not have; leave one out.',
    );
  }
}

function featureLayers(recipe: Recipe): LayerSpec[] {
  return recipe.blocks.flatMap((block, index) => {
    const number = index + 1;
    const conv: LayerSpec = {
      op: 'conv',
      name: `conv${number}`,
      filters: block.filters,
      kernel: [block.kernel, block.kernel],
      stride: block.stride,
      padding: block.padding,
      groups: block.splits ? recipe.groups : 1,
      rounding: block.rounding,
      init: block.init,
    };
    return [conv, ...block.after.map((stage) => stageLayer(stage, number, recipe))];
  });
}

function stageLayer(stage: Stage, number: number, recipe: Recipe): LayerSpec {
  switch (stage) {
    case 'activation':
      return activation(recipe, number);
    case 'pool':
      return { op: 'pool', name: `pool${number}`, ...recipe.pool };
    case 'lrn': {
      const { perTower, ...constants } = recipe.lrn;
      const groups = perTower ? recipe.groups : 1;
      return { op: 'lrn', name: `norm${number}`, ...constants, groups };
    }
    case 'mapnorm':
      return { op: 'mapnorm', name: `cnorm${number}`, ...recipe.mapnorm };
    case 'batch':
      // PyTorch's defaults: momentum 0.1 of the new value, eps 1e-5.
      return { op: 'batchnorm', name: `norm${number}`, momentum: 0.9, epsilon: 1e-5 };
  }
}

function activation(recipe: Recipe, number: number): LayerSpec {
  const { activation: name } = recipe;
  return { op: 'activation', name: `${name}${number}`, function: name };
}

function dropoutLayers(recipe: Recipe, number: number, rate: number): DropoutSpec[] {
  if (rate === 0) return [];
  return [{ op: 'dropout', name: `drop${number}`, rate, scaling: recipe.dropout.scaling }];
}

function denseHead(recipe: Recipe): LayerSpec[] {
  const first = recipe.blocks.length + 1;
  const { rate, position } = recipe.dropout;
  const layers: LayerSpec[] = [{ op: 'flatten', name: 'flatten' }];
  recipe.hidden.forEach(({ units, init }, index) => {
    const number = first + index;
    const drop = dropoutLayers(recipe, number, rate);
    if (position === 'before') layers.push(...drop);
    layers.push({ op: 'dense', name: `fc${number}`, units, init }, activation(recipe, number));
    if (position === 'after') layers.push(...drop);
  });
  layers.push(lastDense(recipe));
  return layers;
}

/** The last layer keeps its number, so that fc8 is fc8 whatever stands before it. */
function lastDense(recipe: Recipe): LayerSpec & { op: 'dense' } {
  const number = recipe.blocks.length + recipe.hidden.length + 1;
  return { op: 'dense', name: `fc${number}`, units: recipe.classes, init: recipe.output };
}

function gapHead(recipe: Recipe, rate: number): LayerSpec[] {
  const last = lastDense(recipe);
  const number = recipe.blocks.length + recipe.hidden.length + 1;
  return [{ op: 'globalpool', name: 'gap' }, ...dropoutLayers(recipe, number, rate), last];
}

/**
 * Rewrites a flatten-and-dense head as convolutions that slide over maps of any size: fc6 becomes a
 * window over the whole last map, the layers after it 1×1 windows, and the map of logits is averaged
 * into one row per image by a last layer `score`. At the size of `spec.input` outputs are equal, and
 * the same weights fit (see `reshapeHead`).
 *
 * @throws {ModelError} When the network has no flatten layer.
 */
export function convHead(spec: NetworkSpec): NetworkSpec {
  const shapes = inferShapes(spec);
  let window: readonly [height: number, width: number] | undefined;
  const layers = spec.layers.flatMap((layer, index): LayerSpec[] => {
    if (layer.op === 'flatten') {
      const [height, width] = shapes[index]?.input ?? [];
      window = [height ?? 1, width ?? 1];
      return [];
    }
    if (layer.op !== 'dense' || window === undefined) return [layer];
    const kernel = window;
    window = [1, 1];
    return [asConvolution(layer.name, layer.units, kernel, layer.init)];
  });
  if (window === undefined) {
    throw new ModelError(
      'bad-argument',
      'This network has no flattened dense head to rewrite as convolutions.',
    );
  }
  return validateSpec({ ...spec, layers: [...layers, { op: 'globalpool', name: 'score' }] });
}

function asConvolution(
  name: string,
  filters: number,
  kernel: readonly [height: number, width: number],
  init: Initializer,
): LayerSpec {
  return {
    op: 'conv',
    name,
    filters,
    kernel,
    stride: 1,
    padding: pad(0),
    groups: 1,
    rounding: 'exact',
    init,
  };
}
