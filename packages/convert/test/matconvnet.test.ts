import { createSpec } from '@alexnet/model';
import { describe, expect, it } from 'vitest';
import { readMatconvnetModel } from '../src/matconvnet/index.js';
import { readNumpyModel } from '../src/numpy/index.js';
import { fixture } from './golden.js';
import { sameWeights } from './networks.js';

describe('readMatconvnetModel', () => {
  it.each(['matconvnet.mat', 'matconvnet-old.mat'])('reads %s, saved by scipy', async (name) => {
    const bytes = fixture(name);
    await expect(readMatconvnetModel(bytes, { createSpec })).rejects.toThrow('allow "mean-image"');
    const { file } = await readMatconvnetModel(bytes, { createSpec, allow: ['mean-image'] });
    const caffe = await readNumpyModel(fixture('npy-list.npy'), { createSpec, preset: 'caffe' });
    expect(file.spec).toEqual(caffe.file.spec);
    expect(sameWeights(file.weights, caffe.file.weights)).toBe(true);
    expect(file.classNames).toEqual(['tench', 'goldfish', 'shark']);
    expect(file.preprocessing).toEqual({
      resize: { shorterSide: 256 },
      crop: { height: 227, width: 227 },
      channelOrder: 'rgb',
      range: 255,
      mean: [123, 117, 104],
      std: null,
    });
  });
});
