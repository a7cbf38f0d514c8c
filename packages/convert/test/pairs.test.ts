import { createSpec, validateSpec } from '@alexnet/model';
import * as h5 from 'h5wasm';
import { describe, expect, it } from 'vitest';
import { readCaffeModel, writeCaffeModel } from '../src/caffe/index.js';
import { type Model, readModel, writeModel, writeOnnx } from '../src/index.js';
import { readKerasModel, writeKerasWeights } from '../src/keras/index.js';
import { readNumpyModel, writeNumpyModel } from '../src/numpy/index.js';
import type { Converted, ReadOnnxOptions } from '../src/onnx/index.js';
import { readOnnxModel } from '../src/onnx/index.js';
import { readTfjsModel, resolveFrom, writeTfjsModel } from '../src/tfjs/index.js';
import { readTorchModel, writeTorchModel } from '../src/torch/index.js';
import { randomWeights, sameWeights } from './networks.js';

const spec = createSpec('paper', { width: 1 / 16, headWidth: 1 / 128, classes: 10, norm: 'batch' });
const weights = randomWeights(spec);
const options: ReadOnnxOptions = { createSpec, spec };

/** Through a format and back, as a user would. */
const FORMATS: Readonly<Record<string, (file: Model) => Promise<Model>>> = {
  safetensors: async (file) => readModel(writeModel(file), { validateSpec }),
  torch: async (file) => bare(await readTorchModel(writeTorchModel(file).bytes, options)),
  numpy: async (file) => bare(await readNumpyModel(writeNumpyModel(file).bytes, options)),
  caffe: async (file) => bare(await readCaffeModel(writeCaffeModel(file).caffemodel, options)),
  onnx: async (file) => bare(await readOnnxModel(writeOnnx(file), options)),
  tfjs: async (file) => {
    const { modelJson, shards } = writeTfjsModel(file);
    return bare(await readTfjsModel(modelJson, { ...options, resolve: resolveFrom(shards) }));
  },
  keras: async (file) => {
    const { bytes } = await writeKerasWeights(file, { h5 });
    return bare(await readKerasModel(bytes, { ...options, h5 }));
  },
};

/** Where a format cannot hold provenance, none is asked of it. */
function bare({ file }: Converted): Model {
  return { ...file, provenance: null };
}

const names = Object.keys(FORMATS);
const pairs = names.flatMap((a) => names.filter((b) => b !== a).map((b) => [a, b] as const));

describe('A to B to A', () => {
  it.each(pairs)('%s → %s gives every bit back', async (a, b) => {
    const file = { spec, weights, preprocessing: null, classNames: null, provenance: null };
    const through = [a, b, a].map((name) => FORMATS[name]);
    let current: Model = file;
    for (const convert of through) current = (await convert?.(current)) ?? current;
    expect(current.spec).toEqual(spec);
    expect(sameWeights(current.weights, weights)).toBe(true);
    expect(current.weights).not.toBe(weights);
  });
});
