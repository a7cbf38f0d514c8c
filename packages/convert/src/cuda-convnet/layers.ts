import { asItems, asText, PickleDict, PickleObject, type PickleValue } from '@alexnet/files/pickle';
import { FormatError } from '../format-error.js';
import { pickledTensor } from '../numpy/pickled-array.js';
import type { StoredTensor } from '../tensors/tensor-file.js';

/** A layer of a checkpoint, by the fields that matter; `weights` one tensor for each input. */
export interface ConvnetLayer {
  readonly name: string;
  /** data, conv, fc, pool, cmrnorm, rnorm, neuron, hs, softmax, cost.logreg … */
  readonly type: string;
  readonly inputs: readonly string[];
  readonly weights: readonly StoredTensor[];
  readonly biases: StoredTensor | null;
  readonly fields: ReadonlyMap<string, PickleValue>;
}

const MAX_LAYERS = 1_000;
/** Layers that would need more than this reader does, and that no AlexNet of the paper has. */
const REFUSED = ['local', 'nailbed', 'blur', 'treefc', 'maxout', 'resize'];

/**
 * The layers of a checkpoint's root, in the order they are stored. `layers` is a dict by name in
 * the 2012 source and cuda-convnet2, a list in cuda-convnet 1, whose inputs are list positions.
 *
 * @throws FormatError
 */
export function convnetLayers(root: PickleValue): ReadonlyMap<string, ConvnetLayer> {
  const state = get(root, 'model_state');
  const layers = get(state ?? null, 'layers');
  const found =
    layers instanceof PickleDict
      ? [...layers.entries.values()]
      : Array.isArray(layers)
        ? layers
        : null;
  if (!found || found.length > MAX_LAYERS) {
    throw new FormatError(
      'not-this-format',
      'a pickle of Python that is neither a checkpoint of cuda-convnet nor a file of torch.save; save a state_dict with torch.save, or arrays with numpy.savez',
    );
  }
  const names = found.map((layer) => asText(get(layer, 'name'), 'a layer name'));
  const parsed = found.map((layer, index) => parseLayer(layer, names[index] ?? '', names));
  return new Map(parsed.map((layer) => [layer.name, layer]));
}

function parseLayer(value: PickleValue, name: string, names: readonly string[]): ConvnetLayer {
  if (!(value instanceof PickleDict))
    throw new FormatError('bad-header', 'cuda-convnet: no layer dict');
  const type = asText(get(value, 'type'), 'a layer type');
  if (REFUSED.includes(type)) throw new FormatError('unsupported', `cuda-convnet: a ${type} layer`);
  const inputs = asItems(get(value, 'inputs') ?? [], 'inputs').map((input) =>
    typeof input === 'number' ? (names[input] ?? '') : asText(input, 'an input'),
  );
  const weights = asItems(get(value, 'weights') ?? [], 'weights').map((array, index) => {
    const tensor = pickledTensor(`${name}[${index}]`, array);
    if (!tensor) throw new FormatError('bad-header', `cuda-convnet: "${name}" has no weight array`);
    return tensor;
  });
  const biases = pickledTensor(`${name} biases`, get(value, 'biases') ?? null);
  const fields = new Map<string, PickleValue>();
  for (const [key, field] of value.entries) if (typeof key === 'string') fields.set(key, field);
  return { name, type, inputs, weights, biases, fields };
}

/** An entry of a dict, by name. */
export function get(value: PickleValue, key: string): PickleValue | undefined {
  return value instanceof PickleDict ? value.entries.get(key) : undefined;
}

/** A number of a layer; the first where there is one for each input; numpy scalars are not used here. */
export function numberOf(layer: ConvnetLayer, key: string, byDefault?: number): number {
  const field = layer.fields.get(key);
  const value = Array.isArray(field) ? field[0] : field;
  if (typeof value === 'number') return value;
  if (byDefault !== undefined && (value === undefined || value instanceof PickleObject))
    return byDefault;
  throw new FormatError('bad-header', `cuda-convnet: "${layer.name}" has no number ${key}`);
}
