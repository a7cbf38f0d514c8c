import {
  assembleModel,
  describedModel,
  type OpenOptions,
  type StoredModel,
} from '../alexnet/assemble-model.js';
import { choosePresets } from '../alexnet/choose-preset.js';
import type { ModelSource } from '../formats/format.js';
import { parameterLayouts } from '../layout/parameter-layouts.js';
import { DEFAULT_LIMITS } from '../limits.js';
import { parseDescription } from '../model-file/metadata.js';
import type { StoredTensors } from '../tensors/tensor-file.js';
import { followGraph } from './follow-graph.js';
import { type OnnxModel, parseOnnx } from './parse-onnx.js';

/**
 * Reads an AlexNet from an ONNX file: one of this package with everything in it, or any exporter's
 * channels-first graph, followed from node to node and compared with the presets.
 *
 * @throws FormatError
 */
export async function readOnnxModel(
  { bytes, beside }: ModelSource,
  options: OpenOptions,
): Promise<StoredModel> {
  const model = await parseOnnx(await bytes.read(0, bytes.size), beside);
  const text = model.metadata.get('alexnet');
  if (text !== undefined) return readOwn(model, text);
  const { description, tensors } = followGraph(model);
  const { presets, notes } = choosePresets(description, options);
  return assembleModel(
    {
      format: 'onnx',
      tensors,
      layout: 'channels-first',
      channelOrder: null,
      presets,
      preprocessing: null,
      classNames: null,
      notes,
    },
    options,
  );
}

/** The names of the constants are ours, and the description says the rest. */
function readOwn({ constants }: OnnxModel, text: string): StoredModel {
  const description = parseDescription(text, DEFAULT_LIMITS);
  const tensors: StoredTensors = new Map();
  for (const { name } of parameterLayouts(description.spec)) {
    const tensor = constants.get(name);
    if (tensor) tensors.set(name, tensor);
  }
  return describedModel(description, tensors, 'channels-first');
}
