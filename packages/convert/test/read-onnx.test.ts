import { createSpec } from '@alexnet/model';
import { describe, expect, it } from 'vitest';
import { FormatError, openModel } from '../src/index.js';
import { writeOnnx } from '../src/onnx/write-onnx.js';
import { fixture } from './golden.js';
import { NETWORKS, randomWeights, sameWeights } from './networks.js';
import { withParts } from './with-parts.js';

const parts = new Map(['torchvision-dynamo.onnx.data'].map((name) => [name, fixture(name)]));

/** The file as another exporter would leave it: its metadata under a key nobody looks for. */
function withoutDescription(bytes: Uint8Array): Uint8Array {
  const other = bytes.slice();
  const key = Buffer.from('\x0a\x07alexnet\x12');
  other[Buffer.from(bytes).indexOf(key) + 2] = 0x78;
  return other;
}

describe('readOnnxModel', () => {
  it.each(['torchvision-legacy.onnx', 'torchvision-dynamo.onnx'])(
    'reads %s, exported by torch, with the weights of the .pth',
    async (name) => {
      const { model: file } = await openModel(withParts(name, fixture(name), parts));
      const torch = await openModel(fixture('torchvision-tiny.pth'));
      expect(file.spec).toEqual(torch.model.spec);
      expect(sameWeights(file.weights, torch.model.weights)).toBe(true);
    },
  );

  it('reads old and unusual ways to write the same network', async () => {
    const { model: file } = await openModel(fixture('torchvision-hand.onnx'));
    const { model: torch } = await openModel(fixture('torchvision-tiny.pth'));
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
    const { model: file } = await openModel(writeOnnx(written));
    expect({ ...file, weights: null }).toEqual({ ...written, weights: null });
    expect(sameWeights(file.weights, written.weights)).toBe(true);
  });

  it.each(['alexnet', 'paper', 'caffe', 'caffenet', 'torchvision'] as const)(
    'knows %s by its graph alone',
    async (preset) => {
      const spec = createSpec(preset, { width: 1 / 16, classes: 10 });
      const weights = randomWeights(spec);
      const bytes = withoutDescription(
        writeOnnx({ spec, weights, preprocessing: null, classNames: null, provenance: null }),
      );
      const { model: file } = await openModel(bytes);
      expect(file.spec).toEqual(spec);
      expect(sameWeights(file.weights, weights)).toBe(true);
      const other = preset === 'caffe' ? 'caffenet' : 'caffe';
      await expect(openModel(bytes, { preset: other })).rejects.toThrow(FormatError);
    },
  );

  it('opens no file that is not beside the model', async () => {
    const bytes = fixture('torchvision-dynamo.onnx');
    const place = Buffer.from(bytes).indexOf('torchvision-dynamo.onnx.data');
    const evil = bytes.slice();
    evil.set(new TextEncoder().encode('../'), place);
    await expect(openModel(withParts('evil.onnx', evil, parts))).rejects.toThrow(
      expect.objectContaining({ code: 'forbidden-name' }),
    );
    await expect(openModel(bytes)).rejects.toThrow('needs torchvision-dynamo.onnx.data beside it');
  });
});
