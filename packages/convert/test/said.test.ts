import type { Preprocessing } from '@alexnet/model';
import { describe, expect, it } from 'vitest';
import { type ModelInput, type OpenModelOptions, openModel, readModel } from '../src/index.js';
import { fixture } from './golden.js';

const weights = fixture('torchvision-tiny.pth');
const preprocessing: Preprocessing = {
  resize: { shorterSide: 256 },
  crop: { height: 224, width: 224 },
  channelOrder: 'rgb',
  range: 1,
  mean: [0.485, 0.456, 0.406],
  std: [0.229, 0.224, 0.225],
};

describe('what a caller says of a file', () => {
  it('is taken where it can be', async () => {
    const { model } = await openModel(weights, { preprocessing });
    expect(model.preprocessing).toEqual(preprocessing);
    const mean = { height: 224, width: 224, data: new Float32Array(224 * 224 * 3) };
    const imaged = await openModel(weights, {
      preprocessing: { ...preprocessing, range: 255, mean, std: null },
    });
    expect(imaged.model.preprocessing?.mean).toBe(mean);
  });

  it.each([
    ['channelOrder is neither', { channelOrder: 'RGB' }],
    ['range is neither', { range: 2 }],
    ['mean is neither', { mean: [0.485, 0.456] }],
    ['std is neither', { std: [0, 1, 1] }],
    ['has fields', { scale: 2 }],
    ['a mean of 123, 116, 103 lies outside of its range, 0 to 1', { mean: [123, 116, 103] }],
  ])('is refused where it cannot be: %s', async (reason, wrong) => {
    const options = { preprocessing: { ...preprocessing, ...wrong } } as OpenModelOptions;
    await expect(openModel(weights, options)).rejects.toThrow(reason);
  });

  it('is refused in full where it is no preprocessing, order or list of names', async () => {
    const open = (options: object) => openModel(weights, options as OpenModelOptions);
    await expect(open({ preprocessing: 'imagenet' })).rejects.toThrow('is not an object');
    await expect(open({ preprocessing: { mean: [1, 2, 3] } })).rejects.toThrow('has fields mean');
    await expect(open({ channelOrder: 'RGB' })).rejects.toThrow('neither "rgb" nor "bgr"');
    await expect(open({ classNames: ['a', 'b'] })).rejects.toThrow('2 class names for');
    await expect(open({ classNames: 'a b' })).rejects.toThrow('a list of strings');
    await expect(open({ from: 'pytorch' })).rejects.toThrow('there are safetensors, torch');
  });
});

describe('a file that is given as something else', () => {
  it.each([
    ['String: of a path or an address, read or fetch the file first', 'weights.pth'],
    ['ArrayBuffer: wrap it, new Uint8Array(buffer)', new ArrayBuffer(8)],
    ['Undefined', undefined],
    ['Response', new Response('')],
    ['Promise', Promise.resolve(weights)],
  ] as readonly (readonly [string, unknown])[])('is refused: %s', async (kind, input) => {
    const message = `bytes are a Uint8Array, not ${kind}`;
    await expect(openModel(input as ModelInput)).rejects.toThrow(message);
    expect(() => readModel(input as Uint8Array)).toThrow(message);
  });
});
