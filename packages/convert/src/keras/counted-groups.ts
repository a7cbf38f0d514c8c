import { FormatError } from '../format-error.js';
import type { StoredTensors } from '../tensors/tensor-file.js';
import { className, type Json, record } from './layer-options.js';
import type { LayerGroups } from './layer-tensors.js';

/** Where a model's group holds those of its layers: since Keras 3, and in TensorFlow 2.12. */
const PLACES = ['layers', '_layer_checkpoint_dependencies'];

/**
 * The groups of a .keras file that does not keep the names of its layers: a group is named after the
 * class, and counted from the second of the class on, in the order of the model's description.
 *
 * @param tensors by the path of their group
 * @throws FormatError duplicate-name where layers of nets in nets share a name
 */
export function countedGroups(model: Json, tensors: StoredTensors): LayerGroups {
  const names = [...tensors.keys()];
  const groups = new Map<string, readonly string[]>();
  const walk = ({ config }: Json, prefix: string): void => {
    const { layers } = record(config, 'a model config');
    const place = PLACES.find((own) => names.some((name) => name.startsWith(`${prefix}${own}/`)));
    if (!Array.isArray(layers) || place === undefined) return;
    const counts = new Map<string, number>();
    for (const item of layers) {
      const layer = record(item, 'a layer');
      const stem = inSnakeCase(String(layer.class_name));
      const count = counts.get(stem) ?? 0;
      counts.set(stem, count + 1);
      const path = `${prefix}${place}/${count === 0 ? stem : `${stem}_${count}`}`;
      if (/^(Sequential|Functional|Model)$/.test(className(layer.class_name))) {
        walk(layer, `${path}/`);
        continue;
      }
      const own = names.filter((name) => name.slice(0, name.lastIndexOf('/')) === path);
      if (own.length === 0) continue;
      const { name } = record(layer.config, 'a layer config');
      if (groups.has(String(name))) {
        throw new FormatError('duplicate-name', `keras: two layers are called "${String(name)}"`);
      }
      groups.set(String(name), own);
    }
  };
  walk(model, '');
  return groups;
}

/** As Keras writes it: `conv2d` of `Conv2D`, `batch_normalization` of `BatchNormalization`. */
function inSnakeCase(name: string): string {
  return name
    .replace(/^.*>/, '')
    .replace(/\W+/g, '')
    .replace(/(.)([A-Z][a-z]+)/g, '$1_$2')
    .replace(/([a-z])([A-Z])/g, '$1_$2')
    .toLowerCase();
}
