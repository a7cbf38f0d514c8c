import { createSpec } from '@alexnet/model';
import { describe, expect, it } from 'vitest';
import { expandGroups, foldDropout, joinGroups, type Model } from '../src/index.js';
import { writeTfjsModel } from '../src/tfjs/tfjs-model.js';
import { noise, randomWeights, sameWeights } from './networks.js';
import { logitsOf, relativeDifference } from './run-network.js';

const modelOf = (spec: Model['spec']): Model => ({
  spec,
  weights: randomWeights(spec),
  preprocessing: null,
  classNames: null,
  provenance: null,
});

describe('expandGroups', () => {
  const file = modelOf(createSpec('paper', { width: 1 / 16, classes: 10, norm: 'batch' }));
  const expanded = expandGroups(file);

  it('computes the same without groups, and needs no layer class of its own in TF.js', async () => {
    const image = noise(227 * 227 * 3, 99).map((value) => value * 128);
    const logits = await logitsOf(file, image);
    expect(relativeDifference(await logitsOf(expanded, image), logits)).toBeLessThan(1e-5);
    expect(writeTfjsModel(file).modelJson).toContain('AlexNetConv2D');
    expect(writeTfjsModel(expanded).notes).toEqual([]);
  });

  it('adds 1,413,120 numbers to the full network', () => {
    const count = (groups: 1 | 2) =>
      [...createSpec('caffe', { groups }).layers]
        .flatMap((layer) => (layer.op === 'conv' ? [layer] : []))
        .reduce(
          (sum, { kernel, groups: g, filters }, index, convs) =>
            sum + (kernel[0] * kernel[1] * (convs[index - 1]?.filters ?? 3) * filters) / g,
          0,
        );
    expect(count(1) - count(2)).toBe(1_413_120);
  });

  it('is undone bit for bit by joinGroups, which loses no number silently', () => {
    const joined = joinGroups(expanded, file.spec);
    expect(joined.spec).toEqual(file.spec);
    expect(sameWeights(joined.weights, file.weights)).toBe(true);
    const kernel = expanded.weights.get('conv2.weight') ?? { shape: [], data: new Float32Array() };
    const data = kernel.data.slice();
    data[data.indexOf(0)] = 1e-9;
    const mixed = new Map(expanded.weights).set('conv2.weight', { ...kernel, data });
    expect(() => joinGroups({ ...expanded, weights: mixed }, file.spec)).toThrow(
      'joins the towers',
    );
  });
});

describe('foldDropout', () => {
  it('moves the factor of 2012 into fc7 and fc8, with the same logits', async () => {
    const file = modelOf(createSpec('original2012', { width: 1 / 16, classes: 10 }));
    const folded = foldDropout(file);
    const changed = [...file.weights.keys()].filter(
      (name) => folded.weights.get(name) !== file.weights.get(name),
    );
    expect(changed).toEqual(['fc7.weight', 'fc8.weight']);
    expect(
      folded.spec.layers.some((layer) => layer.op === 'dropout' && layer.scaling === 'test'),
    ).toBe(false);
    const image = noise(224 * 224 * 3, 99).map((value) => value * 128);
    const logits = await logitsOf(file, image);
    expect(relativeDifference(await logitsOf(folded, image), logits)).toBeLessThan(1e-6);
  });
});
