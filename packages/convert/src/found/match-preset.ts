import {
  createSpec,
  type InputSpec,
  inferShapes,
  type LayerSpec,
  type NetworkSpec,
  PRESET_NAMES,
  type PresetName,
  type SpecModifiers,
} from '@alexnet/model';

/**
 * The preset that computes what these layers compute, with their sizes, and the names, starting
 * values and dropout that a file may not have. A preset as it is goes before one with another norm,
 * pool, activation or head; null where none fits.
 */
export function matchPreset(
  layers: readonly LayerSpec[],
  input: InputSpec,
  classes: number,
): NetworkSpec | null {
  const fitting = (modifiers: SpecModifiers) =>
    PRESET_NAMES.flatMap((preset) => {
      const spec = adapted(preset, modifiers, layers, { input, classes });
      return spec ? [spec] : [];
    });
  const [plain] = fitting({});
  if (plain) return plain;
  // Without their norms some presets are one: the first of them is as true as the others.
  return fitting(modifiersOf(layers))[0] ?? null;
}

/** What tells these layers from a preset's, in the words of a preset's modifiers. */
export function modifiersOf(layers: readonly LayerSpec[]): SpecModifiers {
  const has = (op: LayerSpec['op']) => layers.some((layer) => layer.op === op);
  const pool = layers.find((layer) => layer.op === 'pool')?.kind;
  const activation = layers.find((layer) => layer.op === 'activation')?.function;
  const head = has('flatten') ? 'dense' : has('dense') ? 'gap' : 'conv';
  return {
    head,
    ...(has('batchnorm') ? { norm: 'batch' } : has('lrn') ? {} : { norm: 'none' }),
    ...(pool ? { pool } : {}),
    ...(activation ? { activation } : {}),
  };
}

/** The preset with the sizes of these layers, null where it computes something else. */
function adapted(
  preset: PresetName,
  modifiers: SpecModifiers,
  layers: readonly LayerSpec[],
  { input, classes }: Pick<NetworkSpec, 'input' | 'classes'>,
): NetworkSpec | null {
  const base = createSpec(preset, modifiers);
  const running = layers.filter(isRunning);
  const wanted = base.layers.filter(isRunning);
  if (running.length !== wanted.length) return null;
  let position = 0;
  const found: LayerSpec[] = [];
  for (const layer of base.layers) {
    const other = isRunning(layer) ? running[position++] : layer;
    const merged = other && sized(layer, other);
    if (!merged || (isRunning(layer) && !isSame(merged, other))) return null;
    found.push(merged);
  }
  const spec = { ...base, input, classes, layers: found };
  try {
    inferShapes(spec);
    return spec;
  } catch {
    return null; // a preset wants its windows to fit exactly
  }
}

/** Dropout that acts in training only is not seen in what a network computes. */
function isRunning(layer: LayerSpec): boolean {
  return layer.op !== 'dropout' || layer.scaling === 'test';
}

/** A preset's layer with what may differ from file to file. */
function sized(layer: LayerSpec, other: LayerSpec): LayerSpec {
  if (layer.op === 'conv' && other.op === 'conv') return { ...layer, filters: other.filters };
  if (layer.op === 'dense' && other.op === 'dense') return { ...layer, units: other.units };
  if (layer.op === 'batchnorm' && other.op === 'batchnorm') {
    return { ...layer, epsilon: other.epsilon, momentum: other.momentum };
  }
  return layer;
}

function isSame(layer: LayerSpec, other: LayerSpec): boolean {
  const { name: _, ...rest } = layer;
  // The window of a convolution, once it fits, is the same whichever way it would have been rounded.
  const free = ['name', 'init', ...(layer.op === 'conv' ? ['rounding'] : [])];
  const keys = new Set([...Object.keys(rest), ...Object.keys(other)]);
  return [...keys].every((key) => free.includes(key) || isEqual(layer, other, key));
}

/** Numbers agree to the six digits a float32 keeps. */
function isEqual(layer: LayerSpec, other: LayerSpec, key: string): boolean {
  const digits = (value: unknown) =>
    JSON.stringify(value, (_, item) =>
      typeof item === 'number' ? Number(item.toPrecision(6)) : item,
    );
  const of = (from: LayerSpec) => (from as unknown as Record<string, unknown>)[key];
  const [a, b] = [of(layer), of(other)];
  if (typeof a === 'object' && typeof b === 'object' && a && b) {
    const keys = new Set([...Object.keys(a), ...Object.keys(b)]);
    const get = (from: object, name: string) => (from as Record<string, unknown>)[name];
    return [...keys].every((name) => get(a, name) === get(b, name));
  }
  return digits(a) === digits(b);
}

/** Whether two lists of layers compute the same with the same sizes. */
export function sameLayers(a: readonly LayerSpec[], b: readonly LayerSpec[]): boolean {
  const [first, second] = [a.filter(isRunning), b.filter(isRunning)];
  return (
    first.length === second.length &&
    first.every((layer, index) => {
      const other = second[index];
      if (!other) return false;
      const free =
        layer.op === 'batchnorm' && other.op === 'batchnorm'
          ? { ...other, momentum: layer.momentum }
          : other;
      return isSame(layer, free);
    })
  );
}
