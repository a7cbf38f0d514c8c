import type { ByteSource } from '@alexnet/files';
import { assembleModel, type OpenOptions, type StoredModel } from '../alexnet/assemble-model.js';
import { choosePresets } from '../alexnet/choose-preset.js';
import { checkAllowed, type Note } from '../alexnet/note.js';
import { lostMetadata, type WriteOptions, type Written } from '../alexnet/written.js';
import { FormatError } from '../format-error.js';
import { parameterLayouts } from '../layout/parameter-layouts.js';
import { DEFAULT_LIMITS } from '../limits.js';
import type { Model } from '../model-file/model-file.js';
import { parseStrictJson } from '../parse-strict-json.js';
import type { StoredTensors } from '../tensors/tensor-file.js';
import { createHdf5 } from './hdf5.js';
import { ourName } from './keras-layers.js';
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
  const { tensors: found, config } = await readKeras(input);
  const { presets, notes } = chooseNetwork(config, options);
  const tensors: StoredTensors = new Map();
  for (const [name, tensor] of found) tensors.set(ourName(name), tensor);
  return assembleModel(
    {
      format: 'keras',
      tensors,
      layout: 'channels-last',
      channelOrder: null,
      presets,
      preprocessing: null,
      classNames: null,
      notes,
    },
    options,
  );
}

function chooseNetwork(config: string | null, options: OpenOptions) {
  if (config === null) return { presets: null, notes: [] };
  try {
    const model = parseStrictJson(config, 'keras config', DEFAULT_LIMITS.depth);
    return choosePresets(readTopology(model).description, options);
  } catch (error) {
    const named = options.spec ?? options.preset;
    if (!named || !(error instanceof FormatError) || error.code !== 'unsupported') throw error;
    const notes: Note[] = [{ code: 'architecture', exact: false, detail: error.message }];
    return { presets: options.preset ? [options.preset] : null, notes };
  }
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
