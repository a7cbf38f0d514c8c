import { assembleModel, describedModel } from '../alexnet/assemble-model.js';
import { checkAllowed, type Note } from '../alexnet/note.js';
import type { OpenOptions } from '../alexnet/open-options.js';
import { nameLayersOf } from '../alexnet/state-dict.js';
import type { StoredModel } from '../alexnet/stored-model.js';
import type { WriteOptions, Written } from '../alexnet/written.js';
import { FormatError } from '../format-error.js';
import type { ModelSource } from '../formats/format.js';
import { DEFAULT_LIMITS } from '../limits.js';
import { MEAN_TENSOR } from '../model-file/mean-tensor.js';
import { parseDescription } from '../model-file/metadata.js';
import type { Model } from '../model-file/model-file.js';
import { PRECISIONS } from '../model-file/stored-numbers.js';
import { type WriteModelOptions, writeModel } from '../model-file/write-model.js';
import type { StoredTensors } from '../tensors/tensor-file.js';
import { readShards } from './read-shards.js';
import { readTensors } from './safetensors-tensors.js';

/** Metadata key of the checkpoints of `@alexnet/trainer`. */
const CHECKPOINT = 'alexnet.checkpoint';

/**
 * Reads the interchange file, which says everything itself, or the safetensors file of another
 * tool: a state dict such as Python's `safetensors.torch.save_file` writes, in one file or, with an
 * index.json, in several.
 *
 * @throws FormatError
 */
export async function readSafetensorsModel(
  source: ModelSource,
  options: OpenOptions,
): Promise<StoredModel> {
  const limits = { ...DEFAULT_LIMITS, ...options.limits };
  const { bytes } = source;
  const head = new TextDecoder().decode(await bytes.read(0, Math.min(16, bytes.size)));
  if (head.trimStart().startsWith('{')) return foreign(await readShards(source, limits), options);
  const { tensors, metadata, stored } = await readTensors(bytes, limits);
  const text = metadata.get('alexnet');
  if (text !== undefined) {
    const description = parseDescription(text, limits, await stored(MEAN_TENSOR));
    tensors.delete(MEAN_TENSOR);
    return describedModel(description, tensors, 'channels-first', options);
  }
  if (metadata.has(CHECKPOINT)) {
    throw new FormatError(
      'bad-metadata',
      'This is a checkpoint of "alexnet train", which does not say what network it belongs to. Open weights.safetensors of its run, or follow the run with "pnpm viewer RUN".',
    );
  }
  return foreign(tensors, options);
}

/** A state dict; its names are in the order of the alphabet, whatever the order of its layers. */
function foreign(tensors: StoredTensors, options: OpenOptions): StoredModel {
  if (tensors.size === 0) {
    throw new FormatError('missing-tensor', 'safetensors: the file holds no tensors of floats');
  }
  return assembleModel(
    {
      ...nameLayersOf(tensors, true),
      format: 'safetensors',
      layout: 'channels-first',
      channelOrder: null,
      presets: null,
      preprocessing: null,
      classNames: null,
    },
    options,
  );
}

/** Writes the interchange file, saying what fewer digits cost. @throws FormatError */
export function saveSafetensorsModel(
  model: Model,
  options: WriteModelOptions & WriteOptions,
): Written {
  const notes: Note[] = [];
  const precision = PRECISIONS[options.dtype ?? 'f32'];
  if (precision !== null) {
    notes.push({ code: 'precision', exact: false, detail: `weights were rounded to ${precision}` });
  }
  checkAllowed(notes, options.allow);
  return { bytes: writeModel(model, options), notes };
}
