import { describe, expect, it } from 'vitest';
import { openModel } from '../src/index.js';
import { fixture } from './golden.js';
import { sameWeights } from './networks.js';

describe('readMatconvnetModel', () => {
  it.each(['matconvnet.mat', 'matconvnet-old.mat'])('reads %s, saved by scipy', async (name) => {
    const bytes = fixture(name);
    await expect(openModel(bytes)).rejects.toThrow('allow "mean-image"');
    const { model: file } = await openModel(bytes, { allow: ['mean-image'] });
    const caffe = await openModel(fixture('npy-list.npy'), { preset: 'caffe' });
    expect(file.spec).toEqual(caffe.model.spec);
    expect(sameWeights(file.weights, caffe.model.weights)).toBe(true);
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
