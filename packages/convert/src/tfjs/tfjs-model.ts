import { describedModel } from '../alexnet/assemble-model.js';
import type { Note } from '../alexnet/note.js';
import type { OpenOptions } from '../alexnet/open-options.js';
import type { StoredModel } from '../alexnet/stored-model.js';
import { FormatError } from '../format-error.js';
import type { ModelSource } from '../formats/format.js';
import { assembleFound } from '../found/assemble-found.js';
import { isNoChange } from '../found/input-affine.js';
import { kerasLayers, kerasName, ourName } from '../keras/keras-layers.js';
import { readTopology } from '../keras/topology.js';
import { parameterLayouts } from '../layout/parameter-layouts.js';
import { DEFAULT_LIMITS } from '../limits.js';
import { parseDescription, serializeDescription } from '../model-file/metadata.js';
import type { Model } from '../model-file/model-file.js';
import { parseStrictJson } from '../parse-strict-json.js';
import type { StoredTensors } from '../tensors/tensor-file.js';
import { readManifest } from './weights-manifest.js';

/** Bytes of a shard, as tfjs's own converter cuts them. */
const SHARD_BYTES = 4 * 2 ** 20;

/**
 * Reads an AlexNet from a TF.js layers model, quantized or not.
 *
 * @param source `model.json`, its shards beside it
 * @throws FormatError unsupported for a graph model, whose layers are gone
 */
export async function readTfjsModel(
  { bytes, beside }: ModelSource,
  options: OpenOptions,
): Promise<StoredModel> {
  if (bytes.size > DEFAULT_LIMITS.headerBytes) {
    throw new FormatError('too-large', 'tfjs: larger than any model.json');
  }
  const modelJson = new TextDecoder().decode(await bytes.read(0, bytes.size));
  const root = parseStrictJson(modelJson, 'model.json', DEFAULT_LIMITS.depth);
  const { format, modelTopology, weightsManifest, userDefinedMetadata } = Object(root) as Record<
    string,
    unknown
  >;
  if (format !== undefined && format !== 'layers-model') {
    throw new FormatError(
      'unsupported',
      `tfjs: a ${String(format)}; only layers models keep their layers`,
    );
  }
  if (weightsManifest === undefined) {
    throw new FormatError(
      'not-this-format',
      'tfjs: JSON without a weightsManifest, which is no model of TF.js',
    );
  }
  const found = await readManifest(weightsManifest, beside);
  const tensors: StoredTensors = new Map(
    [...found].map(([name, tensor]) => [ourName(name), tensor]),
  );
  const { alexnet } = Object(userDefinedMetadata) as Record<string, unknown>;
  if (alexnet !== undefined) {
    const description = parseDescription(JSON.stringify(alexnet), DEFAULT_LIMITS);
    return describedModel(description, tensors, 'channels-last', options);
  }
  const named: StoredTensors = new Map(
    [...found].map(([name, tensor]) => [name.replace(/^.*\/(?=[^/]+\/[^/]+$)/, ''), tensor]),
  );
  const { front, ...topology } = await readTopology(modelOf(modelTopology), {
    tensors: named,
    groups: new Map(),
  });
  return assembleFound(
    {
      format: 'tfjs',
      ...topology,
      front: isNoChange(front) ? null : front,
      channelOrder: null,
      preprocessing: null,
      classNames: null,
      notes: [],
    },
    options,
  );
}

/** The converter from Keras puts the model one level deeper than tfjs itself. */
function modelOf(topology: unknown): unknown {
  return (Object(topology) as Record<string, unknown>).model_config ?? topology;
}

/** An AlexNet as the files of a TF.js model. */
export interface WrittenTfjs {
  /** Text of `model.json`. */
  readonly modelJson: string;
  /** By file name, to lie beside `model.json`. */
  readonly shards: ReadonlyMap<string, Uint8Array>;
  /** Everything that was changed on the way, exact or not. */
  readonly notes: readonly Note[];
}

/**
 * Writes an AlexNet as a TF.js layers model, with everything a model file holds in
 * `userDefinedMetadata.alexnet`. Nothing is lost. Where the network has response normalization or
 * groups, `tf.loadLayersModel` needs `registerLayers(tf)` of `@alexnet/model`, which a note says.
 */
export function writeTfjsModel(file: Model): WrittenTfjs {
  const { spec, weights } = file;
  const layers = kerasLayers(spec);
  const custom = new Set(
    layers.map((layer) => layer.class_name).filter((name) => name.startsWith('AlexNet')),
  );
  const notes: Note[] = [];
  if (custom.size > 0) {
    const detail = `loading needs registerLayers of @alexnet/model for ${[...custom].join(', ')}`;
    notes.push({ code: 'architecture', exact: true, detail });
  }
  const parameters = parameterLayouts(spec).map(({ name }) => {
    const weight = weights.get(name);
    if (!weight) throw new FormatError('missing-tensor', `tfjs: "${name}" is missing`);
    return { name: kerasName(name, spec), weight };
  });
  const size = parameters.reduce((sum, { weight }) => sum + weight.data.byteLength, 0);
  const bytes = new Uint8Array(size);
  let position = 0;
  for (const { weight } of parameters) {
    const { buffer, byteOffset, byteLength } = weight.data;
    bytes.set(new Uint8Array(buffer, byteOffset, byteLength), position);
    position += byteLength;
  }
  const count = Math.max(1, Math.ceil(size / SHARD_BYTES));
  const shards = new Map(
    Array.from({ length: count }, (_, index) => [
      `group1-shard${index + 1}of${count}.bin`,
      bytes.subarray(index * SHARD_BYTES, (index + 1) * SHARD_BYTES),
    ]),
  );
  const manifest = parameters.map(({ name, weight }) => ({
    name,
    shape: weight.shape,
    dtype: 'float32',
  }));
  const model = {
    format: 'layers-model',
    generatedBy: '@alexnet/convert',
    convertedBy: null,
    modelTopology: {
      class_name: 'Sequential',
      config: { name: spec.preset, layers },
      keras_version: 'tfjs-layers 4.22.0',
      backend: 'tensor_flow.js',
    },
    weightsManifest: [{ paths: [...shards.keys()], weights: manifest }],
    userDefinedMetadata: { alexnet: JSON.parse(serializeDescription(file, { inlineMean: true })) },
  };
  return { modelJson: JSON.stringify(model), shards, notes };
}
