import { describe, expect, it } from 'vitest';
import { openModel } from '../src/index.js';
import { writeKerasWeights } from '../src/keras/keras-model.js';
import { fixture, golden, withoutChecksums } from './golden.js';
import { NETWORKS, randomWeights, sameWeights } from './networks.js';

/** What a file of numbers does not say. */
const NUMBERS = { preset: 'torchvision', dataFormat: 'channels_last' } as const;

describe('readKerasModel', () => {
  it.each(['keras.h5', 'keras.keras', 'keras.weights.h5', 'keras-old.h5'])(
    'reads %s with the weights of the same network in torch',
    async (name) => {
      const described = ['keras.h5', 'keras.keras'].includes(name);
      const { model: file } = await openModel(fixture(name), described ? {} : NUMBERS);
      const torch = await openModel(fixture('torchvision-tiny.pth'));
      expect(file.spec).toEqual(torch.model.spec);
      expect(sameWeights(file.weights, torch.model.weights)).toBe(true);
    },
  );

  it('takes a layer of unknown class only where the caller names the network and allows it', async () => {
    const bytes = withoutChecksums(fixture('keras.keras'));
    const place = Buffer.from(bytes).indexOf('"ZeroPadding2D"');
    bytes.set(new TextEncoder().encode('"UnknownLayerX"'), place);
    const options = {};
    await expect(openModel(bytes, options)).rejects.toThrow('class UnknownLayerX');
    const named = { ...options, preset: 'torchvision' } as const;
    await expect(openModel(bytes, named)).rejects.toThrow('allow "architecture"');
    const { model: file } = await openModel(bytes, { ...named, allow: ['architecture'] });
    expect(file.spec.preset).toBe('torchvision');
  });
});

describe('writeKerasWeights', () => {
  it.each(NETWORKS)('comes back bit for bit: %s', async (_name, spec) => {
    const weights = randomWeights(spec);
    const file = { spec, weights, preprocessing: null, classNames: null, provenance: null };
    const { bytes } = await writeKerasWeights(file);
    const back = await openModel(bytes, { spec, dataFormat: 'channels_last' });
    expect(sameWeights(back.model.weights, weights)).toBe(true);
  });

  it('writes what Keras was seen to load, with the same logits (make_keras.py)', async () => {
    const { model: file } = await openModel(fixture('torchvision-tiny.pth'));
    const { bytes } = await writeKerasWeights({ ...file, provenance: null });
    const committed = golden('written.weights.h5', bytes);
    const back = await openModel(committed, NUMBERS);
    expect(sameWeights(back.model.weights, file.weights)).toBe(true);
    expect(bytes.length).toBe(committed.length); // HDF5 stamps the time of writing
  });
});
