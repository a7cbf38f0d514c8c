import { describe, expect, it } from 'vitest';
import { openModel } from '../src/index.js';
import { writeKerasWeights } from '../src/keras/keras-model.js';
import { fixture, golden, withoutChecksums } from './golden.js';
import { NETWORKS, randomWeights, sameWeights } from './networks.js';
import { rewritten, withoutNames } from './rewritten-keras.js';

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

describe('Keras files of other years', () => {
  const torch = () => openModel(fixture('torchvision-tiny.pth'));

  it('filters saved on Theano are turned by half a turn', async () => {
    const turned = (data: Float32Array, shape: readonly number[]) => {
      const [, , inputs = 1, outputs = 1] = shape;
      const pixels = Array.from({ length: data.length / (inputs * outputs) }, (_, pixel) =>
        data.subarray(pixel * inputs * outputs, (pixel + 1) * inputs * outputs),
      );
      return Float32Array.from(pixels.reverse().flatMap((pixel) => [...pixel]));
    };
    const bytes = await rewritten(
      (layers) =>
        layers.map(([layer, weights]) => [
          layer,
          weights.map(({ name, data, shape }) =>
            shape.length === 4 && data instanceof Float32Array
              ? { name, data: turned(data, shape), shape }
              : { name, data, shape },
          ),
        ]),
      { backend: 'theano' },
    );
    const { model, notes } = await openModel(bytes);
    expect(sameWeights(model.weights, (await torch()).model.weights)).toBe(true);
    expect(notes.map(({ detail }) => detail)).toContainEqual(expect.stringContaining('on Theano'));
  });

  it.each([
    ['dense_1/dense_1_1/kernel:0', (layer: string) => `${layer}/${layer}_1`],
    [
      'names shifted by one',
      (layer: string) => layer.replace(/(_(\d+))?$/, (_, _own, n = 0) => `_${Number(n) + 1}`),
    ],
  ])(
    "weights are those of the layer's group, whatever their names say: %s",
    async (_name, path) => {
      const bytes = await rewritten((layers) =>
        layers.map(([layer, weights]) => [
          layer,
          weights.map((weight) => ({
            ...weight,
            name: `${path(layer)}/${weight.name.split('/').at(-1)}`,
          })),
        ]),
      );
      const { model } = await openModel(bytes);
      expect(sameWeights(model.weights, (await torch()).model.weights)).toBe(true);
    },
  );

  it('whole numbers are passed over', async () => {
    const count = { name: 'normalization/count:0', data: new BigInt64Array(1), shape: [] };
    const bytes = await rewritten((layers) => [['normalization', [count]], ...layers]);
    const { model } = await openModel(bytes);
    expect(sameWeights(model.weights, (await torch()).model.weights)).toBe(true);
  });

  it('groups without names are counted by class in the order of the layers', async () => {
    const { model } = await openModel(await withoutNames((layer) => `my_${layer}`));
    expect(sameWeights(model.weights, (await torch()).model.weights)).toBe(true);
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
