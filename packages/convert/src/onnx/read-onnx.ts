import { describedModel } from '../alexnet/assemble-model.js';
import type { OpenOptions } from '../alexnet/open-options.js';
import type { StoredModel } from '../alexnet/stored-model.js';
import type { ModelSource } from '../formats/format.js';
import { assembleFound } from '../found/assemble-found.js';
import { isNoChange } from '../found/input-affine.js';
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
  if (text !== undefined) return readOwn(model, text, options);
  const { network, front, quantized } = await followGraph(model);
  const detail =
    'numbers rounded to few bits were restored, and the rounding of activations left out';
  return assembleFound(
    {
      format: 'onnx',
      network,
      front: isNoChange(front) ? null : front,
      channelOrder: null,
      preprocessing: null,
      classNames: null,
      notes: quantized ? [{ code: 'precision', exact: false, detail }] : [],
    },
    options,
  );
}

/** The names of the constants are ours, and the description says the rest. */
function readOwn({ constants }: OnnxModel, text: string, options: OpenOptions): StoredModel {
  const description = parseDescription(text, DEFAULT_LIMITS);
  const tensors: StoredTensors = new Map();
  for (const { name } of parameterLayouts(description.spec)) {
    const tensor = constants.get(name);
    if (tensor?.kind === 'float') tensors.set(name, tensor.tensor);
  }
  return describedModel(description, tensors, 'channels-first', options);
}
