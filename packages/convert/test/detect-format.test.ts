import { createSpec } from '@alexnet/model';
import { describe, expect, it } from 'vitest';
import { detectFormat, type FormatName } from '../src/index.js';
import { writeOnnx } from '../src/onnx/write-onnx.js';
import { writeTfjsModel } from '../src/tfjs/tfjs-model.js';
import { fixture } from './golden.js';
import { randomWeights } from './networks.js';

const FILES: Readonly<Record<FormatName | 'caffe-mean', readonly string[]>> = {
  safetensors: ['model.safetensors', 'python.safetensors'],
  torch: ['torch-zip.pth', 'torch-legacy.pth', 'torch-tar.pth', 'torch-module.pth', 'written.pth'],
  numpy: ['npy-plain.npy', 'npz-plain.npz', 'npz-compressed.npz', 'npy-list.npy', 'written.npz'],
  caffe: ['caffe-v1.caffemodel', 'caffe-v2.caffemodel', 'written.caffemodel'],
  'caffe-mean': ['caffe-mean.binaryproto', 'written.binaryproto'],
  onnx: [
    'model.onnx',
    'torchvision-legacy.onnx',
    'torchvision-dynamo.onnx',
    'torchvision-hand.onnx',
  ],
  tfjs: [],
  keras: ['keras.h5', 'keras.weights.h5', 'keras.keras', 'keras-old.h5', 'written.weights.h5'],
  tensorflow: ['tf1.index', 'tf2.index'],
  matconvnet: ['matconvnet.mat', 'matconvnet-old.mat'],
  'cuda-convnet': ['convnet-91.2', 'convnet-v1.zip', 'convnet.gz'],
};

const cases = Object.entries(FILES).flatMap(([format, names]) =>
  names.map((name) => [name, format] as const),
);

describe('detectFormat', () => {
  it.each(cases)('%s is %s', async (name, format) => {
    expect(await detectFormat(fixture(name))).toBe(format);
  });

  it('knows model.json, and an ONNX file of any network', async () => {
    const spec = createSpec('lenet5');
    const weights = randomWeights(spec);
    const file = { spec, weights, preprocessing: null, classNames: null, provenance: null };
    const json = new TextEncoder().encode(writeTfjsModel(file).modelJson);
    expect(await detectFormat(json)).toBe('tfjs');
    expect(await detectFormat(writeOnnx(file))).toBe('onnx');
  });

  it.each(['', '<!DOCTYPE html>', 'weights', 'PK\x03\x04 and no more'])(
    'knows %j is none',
    async (text) => {
      expect(await detectFormat(new TextEncoder().encode(text))).toBe(null);
    },
  );
});
