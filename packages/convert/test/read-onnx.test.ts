import { createSpec, validateSpec } from '@alexnet/model';
import { describe, expect, it } from 'vitest';
import { bytesSource, FormatError, readOnnxModel, writeOnnx } from '../src/onnx/index.js';
import { readTorchModel } from '../src/torch/index.js';
import { fixture } from './golden.js';
import { NETWORKS, randomWeights, sameWeights } from './networks.js';

const resolve = async (name: string) => bytesSource(fixture(name));

describe('readOnnxModel', () => {
  it.each(['torchvision-legacy.onnx', 'torchvision-dynamo.onnx'])(
    'reads %s, exported by torch, with the weights of the .pth',
    async (name) => {
      const { file } = await readOnnxModel(fixture(name), { createSpec, resolve });
      const torch = await readTorchModel(fixture('torchvision-tiny.pth'), { createSpec });
      expect(file.spec).toEqual(torch.file.spec);
      expect(sameWeights(file.weights, torch.file.weights)).toBe(true);
    },
  );

  it('reads old and unusual ways to write the same network', async () => {
    const { file } = await readOnnxModel(fixture('torchvision-hand.onnx'), { createSpec });
    const { file: torch } = await readTorchModel(fixture('torchvision-tiny.pth'), { createSpec });
    expect(file.spec).toEqual(torch.spec);
    const half = Math.abs(
      (file.weights.get('conv1.bias')?.data[0] ?? 0) -
        (torch.weights.get('conv1.bias')?.data[0] ?? 1),
    );
    expect(half).toBeLessThan(1e-3); // stored in half precision
    const rest = (weights: typeof file.weights) =>
      new Map([...weights].filter(([name]) => name !== 'conv1.bias'));
    expect(sameWeights(rest(file.weights), rest(torch.weights))).toBe(true);
  });

  it.each(NETWORKS)('returns all that writeOnnx wrote: %s', async (_name, spec) => {
    const written = {
      spec,
      weights: randomWeights(spec),
      preprocessing: null,
      classNames: Array.from({ length: spec.classes }, (_, index) => `class ${index}`),
      provenance: { from: 'noise' },
    };
    const { file } = await readOnnxModel(writeOnnx(written), { createSpec, validateSpec });
    expect({ ...file, weights: null }).toEqual({ ...written, weights: null });
    expect(sameWeights(file.weights, written.weights)).toBe(true);
  });

  it.each(['alexnet', 'paper', 'caffe', 'caffenet', 'torchvision'] as const)(
    'knows %s by its graph alone',
    async (preset) => {
      const spec = createSpec(preset, { width: 1 / 16, classes: 10 });
      const weights = randomWeights(spec);
      const bytes = writeOnnx({
        spec,
        weights,
        preprocessing: null,
        classNames: null,
        provenance: null,
      });
      const { file } = await readOnnxModel(bytes, { createSpec });
      expect(file.spec).toEqual(spec);
      expect(sameWeights(file.weights, weights)).toBe(true);
      const other = preset === 'caffe' ? 'caffenet' : 'caffe';
      await expect(readOnnxModel(bytes, { createSpec, preset: other })).rejects.toThrow(
        FormatError,
      );
    },
  );

  it('opens no file that is not beside the model', async () => {
    const bytes = fixture('torchvision-dynamo.onnx');
    const place = Buffer.from(bytes).indexOf('torchvision-dynamo.onnx.data');
    const evil = bytes.slice();
    evil.set(new TextEncoder().encode('../'), place);
    await expect(readOnnxModel(evil, { createSpec, resolve })).rejects.toThrow(
      expect.objectContaining({ code: 'forbidden-name' }),
    );
    await expect(readOnnxModel(bytes, { createSpec })).rejects.toThrow('pass resolve');
  });
});
