import { readFileSync } from 'node:fs';
import { encodeNpy } from '@alexnet/files/npy';
import { describe, expect, it } from 'vitest';
import { type OpenModelOptions, openModel } from '../src/index.js';
import { expectSameLogits, type GoldenLogits } from './foreign.js';

const bytesOf = (name: string) =>
  new Uint8Array(readFileSync(new URL(`./fixtures/caffe/${name}`, import.meta.url)));
const golden: Record<string, GoldenLogits> = JSON.parse(
  new TextDecoder().decode(bytesOf('caffe.json')),
);

/** Kinds of nets Caffe trains, and the network each is read as. */
const KINDS: Readonly<Record<string, string>> = {
  'no-lrn': 'paper',
  'lrn-constants': 'custom',
  'crop-224': 'custom',
  'lrn-within': 'custom',
  'mean-pools': 'custom',
  'padded-pools': 'custom',
  floor: 'custom',
  slopes: 'custom',
  'batch-norm': 'custom',
  'same-names': 'custom',
  sides: 'custom',
  transposed: 'custom',
  flattened: 'custom',
  'convolutional-head': 'custom',
  'power-front': 'custom',
  towers: 'custom',
  'towers-from-data': 'custom',
  v1: 'custom',
  shrunk: 'custom',
};

describe('caffemodels, layer by layer (make_caffe_kinds.py)', () => {
  it.each(Object.entries(KINDS))('%s: the logits Caffe defines', async (name, preset) => {
    const { model } = await openModel(bytesOf(`${name}.caffemodel`));
    expect(model.spec.preset).toBe(preset);
    await expectSameLogits(model, golden[name]);
  });

  it('takes the layers of an HDF5 snapshot from the prototxt it asks for', async () => {
    const bytes = bytesOf('snapshot.caffemodel.h5');
    await expect(openModel(bytes)).rejects.toThrow("give its net's .prototxt");
    const { model, format } = await openModel(bytes, { prototxt: bytesOf('snapshot.prototxt') });
    expect(format).toBe('caffe');
    await expectSameLogits(model, golden.snapshot);
  });

  it('runs the layers of another prototxt with the weights of a caffemodel, by name', async () => {
    const text = new TextDecoder().decode(bytesOf('snapshot.prototxt'));
    const prototxt = new TextEncoder().encode(text.replaceAll('head/fc6', 'fc6'));
    const { model } = await openModel(bytesOf('v1.caffemodel'), { prototxt });
    await expectSameLogits(model, golden.v1);
    const other = openModel(bytesOf('sides.caffemodel'), { prototxt });
    await expect(other).rejects.toThrow('says 4 filters of 5×5, its blob is [4,3,5,3]');
  });
});

describe("how a caffemodel's images are prepared", () => {
  const open = async (name: string, options: OpenModelOptions = {}) =>
    (await openModel(bytesOf(`${name}.caffemodel`), options)).model.preprocessing;
  const npy = (shape: readonly number[], value: (index: number) => number) => {
    const data = Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) =>
      value(i),
    );
    return encodeNpy('<f4', shape, new Uint8Array(data.buffer));
  };
  const resize = { shorterSide: 35, squash: true };

  it('takes three numbers in the order Caffe has them', async () => {
    const found = await open('sides', { mean: [104, 117, 123] });
    expect(found).toMatchObject({ channelOrder: 'rgb', mean: [123, 117, 104], std: null, resize });
    expect(found?.range).toBe(255);
  });

  it('takes an .npy of an image or of three numbers', async () => {
    const numbers = await open('sides', { mean: npy([3], (index) => [104, 117, 123][index] ?? 0) });
    expect(numbers?.mean).toEqual([123, 117, 104]);
    const image = await open('sides', {
      mean: npy([3, 40, 40], (index) => Math.floor(index / 1600)),
    });
    expect(image).toMatchObject({ resize: { shorterSide: 40 }, mean: { height: 40, width: 40 } });
    const [red, green, blue] = image?.mean && 'data' in image.mean ? image.mean.data : [];
    expect([red, green, blue]).toEqual([2, 1, 0]);
    const other = open('sides', { mean: npy([40, 40, 3], () => 1) });
    await expect(other).rejects.toThrow('a mean of shape [40,40,3], expected [3, h, w] or [3]');
  });

  it('puts the mean before what the net does to its pixels itself', async () => {
    const found = await open('power-front', { mean: [10, 20, 30] });
    // 0.5 (x - mean) - 0.25
    expect(found).toMatchObject({ mean: [30.5, 20.5, 10.5], std: [2, 2, 2] });
    const said = open('power-front', { preprocessing: found ?? undefined } as OpenModelOptions);
    await expect(said).rejects.toThrow('the net itself changes its pixels');
  });
});
