import { type ByteSource, sliceSource } from '@alexnet/files';
import {
  assembleModel,
  describedModel,
  type OpenOptions,
  type StoredModel,
} from '../alexnet/assemble-model.js';
import { checkAllowed, type Note } from '../alexnet/note.js';
import { nameLayersOf } from '../alexnet/state-dict.js';
import type { WriteOptions, Written } from '../alexnet/written.js';
import { FormatError } from '../format-error.js';
import { DEFAULT_LIMITS } from '../limits.js';
import { MEAN_TENSOR } from '../model-file/mean-tensor.js';
import { parseDescription } from '../model-file/metadata.js';
import type { Model } from '../model-file/model-file.js';
import { type WriteModelOptions, writeModel } from '../model-file/write-model.js';
import { rowMajor, stridedTensor } from '../tensors/strided.js';
import type { StoredTensors } from '../tensors/tensor-file.js';
import type { SafetensorsTensor } from './dtype.js';
import { floatTypeOf } from './floats.js';
import { parseHeader, parseHeaderLength, type SafetensorsHeader } from './parse-header.js';

/** Metadata key of the checkpoints of `@alexnet/trainer`. */
const CHECKPOINT = 'alexnet.checkpoint';

/**
 * Reads the interchange file, which says everything itself, or the safetensors file of another
 * tool: a state dict such as Python's `safetensors.torch.save_file` writes.
 *
 * @throws FormatError
 */
export async function readSafetensorsModel(
  source: ByteSource,
  options: OpenOptions,
): Promise<StoredModel> {
  const limits = { ...DEFAULT_LIMITS, ...options.limits };
  const prefix = await source.read(0, Math.min(8, source.size));
  const length = parseHeaderLength(prefix, source.size, limits);
  const start = 8 + length;
  const json = await source.read(8, length);
  const header = parseHeader(json, source.size - start, limits);
  const data = sliceSource(source, start, source.size - start);
  const text = header.metadata.get('alexnet');
  if (text !== undefined) {
    const description = parseDescription(text, limits, await meanTensorOf(header, data));
    const tensors = tensorsOf(header, data, true);
    tensors.delete(MEAN_TENSOR);
    return describedModel(description, tensors, 'channels-first');
  }
  if (header.metadata.has(CHECKPOINT)) {
    throw new FormatError(
      'bad-metadata',
      'This is a checkpoint of "alexnet train", which does not say what network it belongs to. Open weights.safetensors of its run, or follow the run with "pnpm viewer RUN".',
    );
  }
  const { tensors, notes, unsaid } = nameLayersOf(tensorsOf(header, data, false), true);
  return assembleModel(
    {
      format: 'safetensors',
      tensors,
      layout: 'channels-first',
      channelOrder: null,
      presets: null,
      preprocessing: null,
      classNames: null,
      notes,
      unsaid,
    },
    options,
  );
}

async function meanTensorOf(
  { entries }: SafetensorsHeader,
  data: ByteSource,
): Promise<SafetensorsTensor | undefined> {
  const entry = entries.find(({ name }) => name === MEAN_TENSOR);
  if (!entry) return undefined;
  const { dtype, shape, begin, end } = entry;
  return { dtype, shape, data: await data.read(begin, end - begin) };
}

/** Floats by name; integers, such as `num_batches_tracked`, are refused in our file and no weights elsewhere. */
function tensorsOf(header: SafetensorsHeader, data: ByteSource, own: boolean): StoredTensors {
  const tensors: StoredTensors = new Map();
  for (const { name, dtype, shape, begin, end } of header.entries) {
    if (!own && /^[IU]\d+$|^BOOL$/.test(dtype)) continue;
    const type = floatTypeOf(name, dtype);
    const length = shape.reduce((product, side) => product * side, 1);
    const storage = { dtype: type, length, source: sliceSource(data, begin, end - begin) };
    tensors.set(name, stridedTensor(name, storage, { offset: 0, shape, strides: rowMajor(shape) }));
  }
  return tensors;
}

/** Writes the interchange file, saying what half precision costs. @throws FormatError */
export function saveSafetensorsModel(
  model: Model,
  options: WriteModelOptions & WriteOptions,
): Written {
  const notes: Note[] = [];
  if (options.dtype === 'f16') {
    notes.push({ code: 'precision', exact: false, detail: 'weights were rounded to f16' });
  }
  checkAllowed(notes, options.allow);
  return { bytes: writeModel(model, options), notes };
}
