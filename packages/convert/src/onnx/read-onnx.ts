import { asSource, type ByteSource } from '@alexnet/files';
import { type AssembleOptions, assembleModel, type Converted } from '../alexnet/assemble-model.js';
import { choosePresets } from '../alexnet/choose-preset.js';
import { parameterLayouts } from '../layout/parameter-layouts.js';
import { DEFAULT_LIMITS } from '../limits.js';
import { parseDescription, type SpecValidator } from '../model-file/metadata.js';
import type { StoredTensors } from '../tensors/tensor-file.js';
import { followGraph } from './follow-graph.js';
import { type OnnxModel, parseOnnx } from './parse-onnx.js';
import type { Resolve } from './parse-tensor.js';

/** What reading an ONNX file needs beside it. */
export interface ReadOnnxOptions extends AssembleOptions {
  /** `validateSpec` of `@alexnet/model`; with it a file of this package brings its own description. */
  readonly validateSpec?: SpecValidator;
  /** Opens a file beside the model where the weights are kept outside it. */
  readonly resolve?: Resolve;
}

/**
 * Reads an AlexNet from an ONNX file: one of this package with everything in it, or any exporter's
 * channels-first graph, followed from node to node and compared with the presets.
 *
 * @throws FormatError
 */
export async function readOnnxModel(
  input: Uint8Array | ByteSource,
  options: ReadOnnxOptions,
): Promise<Converted> {
  const source = asSource(input);
  const model = await parseOnnx(await source.read(0, source.size), options.resolve);
  const text = model.metadata.get('alexnet');
  if (text !== undefined && options.validateSpec) return readOwn(model, text, options.validateSpec);
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
async function readOwn(
  { constants }: OnnxModel,
  text: string,
  validateSpec: SpecValidator,
): Promise<Converted> {
  const { spec, ...description } = parseDescription(text, validateSpec, DEFAULT_LIMITS);
  const tensors: StoredTensors = new Map();
  for (const { name } of parameterLayouts(spec)) {
    const tensor = constants.get(name);
    if (tensor) tensors.set(name, tensor);
  }
  const { file, notes } = await assembleModel(
    {
      format: 'onnx',
      tensors,
      layout: 'channels-first',
      channelOrder: null,
      presets: null,
      preprocessing: description.preprocessing,
      classNames: description.classNames,
      notes: [],
    },
    { spec, createSpec: () => spec },
  );
  return { file: { ...file, ...description }, notes };
}
