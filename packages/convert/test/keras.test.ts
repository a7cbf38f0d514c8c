import { createSpec } from '@alexnet/model';
import * as h5 from 'h5wasm';
import { describe, expect, it } from 'vitest';
import { readKerasModel, writeKerasWeights } from '../src/keras/index.js';
import { readTorchModel } from '../src/torch/index.js';
import { fixture, golden } from './golden.js';
import { NETWORKS, randomWeights, sameWeights } from './networks.js';

describe('readKerasModel', () => {
  it.each(['keras.h5', 'keras.keras', 'keras.weights.h5', 'keras-old.h5'])(
    'reads %s with the weights of the same network in torch',
    async (name) => {
      const { file } = await readKerasModel(fixture(name), { createSpec, h5 });
      const torch = await readTorchModel(fixture('torchvision-tiny.pth'), { createSpec });
      expect(file.spec).toEqual(torch.file.spec);
      expect(sameWeights(file.weights, torch.file.weights)).toBe(true);
    },
  );

  it('takes a layer of unknown class only where the caller names the network and allows it', async () => {
    const bytes = fixture('keras.keras');
    const place = Buffer.from(bytes).indexOf('"ZeroPadding2D"');
    bytes.set(new TextEncoder().encode('"UnknownLayerX"'), place);
    const options = { createSpec, h5 };
    await expect(readKerasModel(bytes, options)).rejects.toThrow('class UnknownLayerX');
    const named = { ...options, preset: 'torchvision' } as const;
    await expect(readKerasModel(bytes, named)).rejects.toThrow('allow "architecture"');
    const { file } = await readKerasModel(bytes, { ...named, allow: ['architecture'] });
    expect(file.spec.preset).toBe('torchvision');
  });
});

describe('writeKerasWeights', () => {
  it.each(NETWORKS)('comes back bit for bit: %s', async (_name, spec) => {
    const weights = randomWeights(spec);
    const file = { spec, weights, preprocessing: null, classNames: null, provenance: null };
    const { bytes } = await writeKerasWeights(file, { h5 });
    const back = await readKerasModel(bytes, { createSpec, spec, h5 });
    expect(sameWeights(back.file.weights, weights)).toBe(true);
  });

  it('writes what Keras was seen to load, with the same logits (make_keras.py)', async () => {
    const { file } = await readTorchModel(fixture('torchvision-tiny.pth'), { createSpec });
    const { bytes } = await writeKerasWeights({ ...file, provenance: null }, { h5 });
    const committed = golden('written.weights.h5', bytes);
    const back = await readKerasModel(committed, { createSpec, h5 });
    expect(sameWeights(back.file.weights, file.weights)).toBe(true);
    expect(bytes.length).toBe(committed.length); // HDF5 stamps the time of writing
  });
});
