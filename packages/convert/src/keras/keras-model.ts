import type { ByteSource } from '@alexnet/files';
import { assembleModel } from '../alexnet/assemble-model.js';
import { mapsFirst } from '../alexnet/maps-first.js';
import { checkAllowed } from '../alexnet/note.js';
import { numbersOnly } from '../alexnet/numbers-only.js';
import type { OpenOptions } from '../alexnet/open-options.js';
import type { StoredModel } from '../alexnet/stored-model.js';
import { namedNorms } from '../alexnet/unsaid-norms.js';
import { lostMetadata, type WriteOptions, type Written } from '../alexnet/written.js';
import { FormatError } from '../format-error.js';
import { assembleFound } from '../found/assemble-found.js';
import { isNoChange } from '../found/input-affine.js';
import { createHdf5 } from '../hdf5/hdf5.js';
import { parameterLayouts } from '../layout/parameter-layouts.js';
import { DEFAULT_LIMITS } from '../limits.js';
import type { Model } from '../model-file/model-file.js';
import { parseStrictJson } from '../parse-strict-json.js';
import type { StoredTensor, StoredTensors } from '../tensors/tensor-file.js';
import { countedGroups } from './counted-groups.js';
import { fromTheano, TURNED } from './from-theano.js';
import { KERAS_NORM_PARTS, KERAS_PARTS, ourName } from './keras-layers.js';
import { record } from './layer-options.js';
import { readKeras } from './read-keras.js';
import { readTopology } from './topology.js';

/**
 * Reads an AlexNet from a Keras file. A file with the model's description is compared with the
 * presets; one with weights only is known by its shapes. A layer nobody but the file's author
 * knows, as Keras has no response normalization of its own, is an inexact note once the caller
 * names the network.
 *
 * @throws FormatError
 */
export async function readKerasModel(
  input: Uint8Array | ByteSource,
  options: OpenOptions,
): Promise<StoredModel> {
  const { tensors: saved, groups, config, backend } = await readKeras(input);
  const ofTheano = backend === 'theano';
  const found = ofTheano ? fromTheano(saved) : saved;
  const rest = {
    format: 'keras',
    channelOrder: null,
    preprocessing: null,
    classNames: null,
    notes: ofTheano ? [TURNED] : [],
  };
  if (config !== null) {
    const model = record(
      parseStrictJson(config, 'keras config', DEFAULT_LIMITS.depth),
      'the model',
    );
    const own = groups.size > 0 ? groups : countedGroups(model, found);
    const { front, ...topology } = await readTopology(model, { tensors: found, groups: own });
    return assembleFound(
      { ...rest, ...topology, front: isNoChange(front) ? null : front },
      options,
    );
  }
  const tensors: StoredTensors = new Map();
  for (const [name, tensor] of mapsFirst(namedParts(found))) tensors.set(ourName(name), tensor);
  const named = namedNorms(tensors, options, 'channels-last');
  const notes = [...rest.notes, ...(named?.notes ?? [])];
  const source = { ...rest, ...(named ?? { tensors }), ...numbersOnly('channels-last'), notes };
  return assembleModel(source, options);
}

/** Counted parts of layers by the names they have: two or four, whichever kind of layer has so many. */
function namedParts(found: StoredTensors): readonly (readonly [string, StoredTensor])[] {
  const counts = new Map<string, number>();
  for (const name of found.keys()) {
    const layer = name.slice(0, name.lastIndexOf('/'));
    counts.set(layer, (counts.get(layer) ?? 0) + 1);
  }
  return [...found].map(([name, tensor]) => {
    const at = name.lastIndexOf('/');
    const layer = name.slice(0, at);
    const place = Number(name.slice(at + 1));
    if (!Number.isInteger(place)) return [name, tensor];
    const parts = Object.values((counts.get(layer) ?? 0) > 2 ? KERAS_NORM_PARTS : KERAS_PARTS);
    return [`${layer}/${parts[place] ?? place}`, tensor];
  });
}

/** Keras's group names: the class in snake case, counted from the second one on. */
const GROUPS = { conv: 'conv2d', dense: 'dense', batchnorm: 'batch_normalization' } as const;

/**
 * Writes an AlexNet as Keras 3 `.weights.h5`, for `model.load_weights` of a model with the same
 * convolutions, dense and batch norm layers in the same order.
 *
 * @throws FormatError not-allowed, since the file holds numbers only
 */
export async function writeKerasWeights(file: Model, options: WriteOptions = {}): Promise<Written> {
  const notes = lostMetadata(file, 'a .weights.h5 file');
  checkAllowed(notes, options.allow);
  const names = parameterLayouts(file.spec).map(({ name }) => name);
  const bytes = await createHdf5((root) => {
    root.create_group('vars').create_attribute('name', file.spec.preset);
    const layers = root.create_group('layers');
    const counts = new Map<string, number>();
    for (const { op, name } of file.spec.layers) {
      const group = Object.hasOwn(GROUPS, op) ? GROUPS[op as keyof typeof GROUPS] : undefined;
      if (!group) continue;
      const count = counts.get(group) ?? 0;
      counts.set(group, count + 1);
      const vars = layers
        .create_group(count === 0 ? group : `${group}_${count}`)
        .create_group('vars');
      vars.create_attribute('name', name);
      const parameters = names.filter((parameter) => parameter.startsWith(`${name}.`));
      for (const [index, parameter] of parameters.entries()) {
        const weight = file.weights.get(parameter);
        if (!weight) throw new FormatError('missing-tensor', `keras: "${parameter}" is missing`);
        const { data, shape } = weight;
        vars.create_dataset({ name: String(index), data, shape: [...shape], dtype: '<f4' });
      }
    }
  });
  return { bytes, notes };
}
