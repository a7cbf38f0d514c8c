import { bytesSource } from '@alexnet/files';
import { readZip, writeZip } from '@alexnet/files/zip';
import type { Dataset, Group } from 'h5wasm';
import { createHdf5, groupAt, textsAt, withHdf5 } from '../src/hdf5/hdf5.js';
import { fixture } from './golden.js';

/** One array of an old Keras file. */
interface Weight {
  readonly name: string;
  readonly data: Float32Array | BigInt64Array;
  readonly shape: readonly number[];
}

/** Layers in the order of a file, with their arrays. */
type Layers = readonly (readonly [layer: string, weights: readonly Weight[]])[];

/** keras.h5 as another Keras would have written it. */
export async function rewritten(
  change: (layers: Layers) => Layers,
  attributes: Readonly<Record<string, string>> = {},
): Promise<Uint8Array> {
  const { layers, config } = await withHdf5(fixture('keras.h5'), (root) => {
    const group = groupAt(root, 'model_weights') as Group;
    return { layers: layersOf(group), config: (textsAt(root, 'model_config') ?? []).join('') };
  });
  return createHdf5((root) => {
    root.create_attribute('model_config', config);
    const all = root.create_group('model_weights');
    const kept = change(layers);
    all.create_attribute(
      'layer_names',
      kept.map(([layer]) => layer),
    );
    for (const [name, value] of Object.entries(attributes)) all.create_attribute(name, value);
    for (const [layer, weights] of kept) {
      const group = all.create_group(layer);
      if (weights.length > 0)
        group.create_attribute(
          'weight_names',
          weights.map(({ name }) => name),
        );
      for (const { name, data, shape } of weights) {
        const parts = name.split('/');
        const last = parts.pop() ?? name;
        const folder = parts.reduce(
          (at, part) => groupAt(at, part) ?? at.create_group(part),
          group,
        );
        const dtype = data instanceof Float32Array ? '<f4' : '<q';
        folder.create_dataset({ name: last, data, shape: [...shape], dtype });
      }
    }
  });
}

function layersOf(group: Group): Layers {
  return (textsAt(group, 'layer_names') ?? []).map((layer) => {
    const own = groupAt(group, layer) as Group;
    const weights = (textsAt(own, 'weight_names') ?? []).map((name) => {
      const { value, shape } = own.get(name) as Dataset;
      return { name, data: value as Float32Array, shape: shape ?? [] };
    });
    return [layer, weights];
  });
}

/** keras.keras with layers of other names, which its weights do not keep, as Keras wrote it before 3.4. */
export async function withoutNames(rename: (layer: string) => string): Promise<Uint8Array> {
  const entries = await readZip(bytesSource(fixture('keras.keras')));
  const contents = async (name: string) => {
    const member = await entries.get(name)?.open();
    return member ? member.read(0, member.size) : new Uint8Array();
  };
  const config = JSON.parse(new TextDecoder().decode(await contents('config.json')));
  for (const layer of config.config.layers) layer.config.name = rename(layer.config.name);
  const old = await withHdf5(await contents('model.weights.h5'), (root) => {
    const layers = groupAt(root, 'layers') as Group;
    return layers.keys().map((key) => {
      const vars = groupAt(groupAt(layers, key) as Group, 'vars') as Group;
      const arrays = vars.keys().map((place) => {
        const { value, shape } = vars.get(place) as Dataset;
        return { data: value as Float32Array, shape: shape ?? [] };
      });
      return [key, arrays] as const;
    });
  });
  const weights = await createHdf5((root) => {
    const layers = root.create_group('layers');
    for (const [key, arrays] of old) {
      const vars = layers.create_group(key).create_group('vars');
      for (const [place, { data, shape }] of arrays.entries()) {
        vars.create_dataset({ name: String(place), data, shape: [...shape], dtype: '<f4' });
      }
    }
  });
  return writeZip([
    { name: 'config.json', data: new TextEncoder().encode(JSON.stringify(config)) },
    { name: 'model.weights.h5', data: weights },
  ]);
}
