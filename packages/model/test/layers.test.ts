import type { Tensor } from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { buildNetwork, createSpec, initialWeights } from '../src/index.js';
import { spectrum } from '../src/measures/spectrum.js';
import { createLayer } from '../src/network/create-layer.js';
import { stockPadding } from '../src/ops/stock-padding.js';
import type { LayerSpec } from '../src/spec/layer-spec.js';
import { tf } from './tf.js';

/** Of one layer built by itself: what it answers, and its variables. */
function layerOf(spec: LayerSpec, shape: readonly number[]) {
  const layer = createLayer(tf, spec);
  const input = tf.input({ shape: shape.slice(1) });
  layer.apply(input);
  const call = (values: readonly number[], kwargs: object = {}) =>
    tf.tidy(() => {
      const x = tf.tensor([...values], [...shape]);
      return [...(layer.call(x, kwargs as never) as Tensor).dataSync()];
    });
  return { layer, call, weights: () => layer.getWeights().map((each) => [...each.dataSync()]) };
}

const close = (got: readonly number[] | undefined, wanted: readonly number[]) => {
  expect(got).toHaveLength(wanted.length);
  for (const [i, value] of wanted.entries()) expect(got?.[i]).toBeCloseTo(value, 5);
};

describe('batch norm', () => {
  const spec = { op: 'batchnorm', name: 'norm', momentum: 0.9, epsilon: 1e-5 } as const;
  // [n, height, width, channels]
  const shape = [2, 2, 2, 2];
  const values = Array.from({ length: 16 }, (_, i) => i ** 2 % 11);
  // torch.nn.BatchNorm2d(2) in train(), PyTorch 2: answers, running_mean, running_var.
  const first = [-1.2199879885, -1.1182974577, 0, 1.9934867621];
  const mean = [0.40000000596, 0.38750001788];

  it.each([
    // 0.9 · 1 + 0.1 · 10.75 and 6.609375, of 8 values each: over n as Keras, over n − 1 as PyTorch.
    ['over n', { training: true }, [1.975, 1.5609375]],
    ['over n − 1', { training: true, unbiasedVariance: true }, [2.1285715103, 1.6553571224]],
  ])('in training keeps a running variance %s', (_, kwargs, variance) => {
    const { call, weights } = layerOf(spec, shape);
    close(call(values, kwargs).slice(0, 4), first);
    const [scale, shift, runningMean, runningVariance] = weights();
    expect([scale, shift]).toEqual([
      [1, 1],
      [0, 0],
    ]);
    close(runningMean, mean);
    close(runningVariance, variance);
  });

  it('outside it keeps nothing and divides by what was kept', () => {
    const { call, weights } = layerOf(spec, shape);
    close(
      call(values, { unbiasedVariance: true }).slice(0, 4),
      [0, 1, 4, 9].map((value) => value / Math.sqrt(1 + 1e-5)),
    );
    expect(weights().slice(2)).toEqual([
      [0, 0],
      [1, 1],
    ]);
  });
});

describe('dropout', () => {
  const ones = new Array<number>(512).fill(1);
  const answers = (scaling: 'train' | 'test', kwargs: object) =>
    new Set(
      layerOf({ op: 'dropout', name: 'drop', rate: 0.25, scaling }, [1, 512]).call(ones, kwargs),
    );
  it.each([
    ['train', [0, Math.fround(1 / 0.75)], [1]],
    ['test', [0, 1], [0.75]],
  ] as const)('scaled in %s', (scaling, training, otherwise) => {
    expect(answers(scaling, { training: true, dropoutSeed: 3 })).toEqual(new Set(training));
    expect(answers(scaling, { training: false, dropoutSeed: 3 })).toEqual(new Set(otherwise));
    expect(answers(scaling, {})).toEqual(new Set(otherwise));
  });

  it('without a seed every call draws anew', () => {
    const { call } = layerOf(
      { op: 'dropout', name: 'drop', rate: 0.25, scaling: 'train' },
      [1, 512],
    );
    const twice = [1, 2].map(() => call(ones, { training: true }));
    expect(twice[0]).not.toEqual(twice[1]);
    expect(call(ones, { training: true, dropoutSeed: 1 })).toEqual(twice[1]);
  });
});

it.each([
  ['max', 5],
  ['avg', 2.5],
] as const)('pooling of the kind %s', (kind, value) => {
  const { call } = layerOf({ op: 'pool', name: 'pool', kind, size: 2, stride: 2 }, [1, 2, 2, 1]);
  expect(call([0, 5, 2, 3])).toEqual([value]);
});

it.each([
  ['relu', undefined, [0, 0, 2]],
  ['tanh', undefined, [Math.tanh(-2), 0, Math.tanh(2)]],
  ['sigmoid', undefined, [1 / (1 + Math.exp(2)), 0.5, 1 / (1 + Math.exp(-2))]],
  ['relu', 0.1, [-0.2, 0, 2]],
] as const)('activation %s, slope %s', (name, slope, wanted) => {
  const spec = {
    op: 'activation',
    name: 'act',
    function: name,
    ...(slope && { slope }),
  } as LayerSpec;
  const { call } = layerOf(spec, [1, 3]);
  close(call([-2, 0, 2]), wanted);
  close(call([-2, 0, 2], { training: true }), wanted);
});

describe('zeros that tfjs has a word for', () => {
  const pad = (top: number, left: number, bottom: number, right: number) => ({
    top,
    left,
    bottom,
    right,
  });
  it.each([
    [[3, 3], 1, pad(1, 1, 1, 1), 'same'],
    [[5, 3], 1, pad(2, 1, 2, 1), 'same'],
    [[1, 1], 1, pad(0, 0, 0, 0), 'valid'],
    [[3, 3], 2, pad(0, 0, 0, 0), 'valid'],
    [[3, 3], 2, pad(1, 1, 1, 1), null],
    [[3, 3], 1, pad(0, 1, 1, 1), null],
    [[3, 3], 1, pad(1, 0, 1, 1), null],
    [[3, 3], 1, pad(1, 1, 2, 1), null],
    [[3, 3], 1, pad(1, 1, 1, 2), null],
    [[3, 5], 1, pad(2, 1, 2, 1), null],
    [[2, 2], 1, pad(0, 0, 1, 1), null],
  ] as const)('of a kernel %j by steps of %i with %j: %s', (kernel, stride, padding, word) => {
    expect(stockPadding(kernel, stride, padding)).toBe(word);
  });
});

it.each([
  ['lecun', 2.4],
  ['pytorch', 1],
] as const)('uniform starting weights of %s lie in ± their limit, and reach it', (kind, factor) => {
  const spec = createSpec('alexnet', { width: 1 / 8, init: 'he' });
  const layers = spec.layers.map((layer) =>
    layer.op === 'dense' ? { ...layer, init: { weight: { kind }, bias: 0 } } : layer,
  );
  const weights = new Map(initialWeights({ ...spec, layers } as typeof spec, 1));
  const values = weights.get('fc6.weight')?.data ?? new Float32Array();
  const fanIn = 6 * 6 * 32;
  const limit = kind === 'lecun' ? factor / fanIn : factor / Math.sqrt(fanIn);
  const largest = values.reduce((most, value) => Math.max(most, value), 0);
  const smallest = values.reduce((least, value) => Math.min(least, value), 0);
  expect(largest / limit).toBeCloseTo(1, 3);
  expect(smallest / limit).toBeCloseTo(-1, 3);
  expect(weights.get('fc6.bias')?.data.every((value) => value === 0)).toBe(true);
});

it.each([
  ['another length', [3, 3, 3, 2]],
  ['another rank', [3, 3, 3]],
  ['the same number of values', [3, 3, 2, 3]],
])('weights of %s are refused', async (_, shape) => {
  const network = buildNetwork(tf, createSpec('lenet5'), { seed: 1 });
  const weights = await network.getWeights();
  const [[name, own] = ['', null]] = weights;
  const data = new Float32Array(shape.reduce((product, length) => product * length, 1));
  expect(() => network.setWeights(new Map([...weights, [name, { shape, data }]]))).toThrow(
    `${name}: the network has [${own?.shape.join(', ')}], the weights [${shape.join(', ')}].`,
  );
  const last = new Map([
    ...weights,
    [name, { shape: own?.shape ?? [], data: new Float32Array(1) }],
  ]);
  expect(() => network.setWeights(last)).toThrow(/needs \d+ values, not 1/);
  expect(() =>
    network.setWeights(new Map([...weights, ['fc9.bias', { shape: [1], data }]])),
  ).toThrow('The network has no parameter called "fc9.bias".');
  network.dispose();
});

it('the transform of a plane is that of numpy.fft.fft2 with zeros around', () => {
  const plane = Float64Array.from({ length: 15 }, (_, i) => (i ** 2 % 7) - 2.5);
  const { re, im } = spectrum(plane, 3, 5);
  for (const [v, u, real, imaginary] of [
    [0, 0, -9.5, 0],
    [0, 1, -8.44161253, 3.4966303982],
    [1, 0, -9.1855415648, 1.8271178183],
    [3, 5, -0.1812820334, -0.1211287821],
    [31, 2, -7.2293839606, 4.8305199278],
    [16, 16, -2.5, 0],
    [7, 29, -8.8978618553, 1.7698947663],
  ] as const) {
    expect(re[v * 32 + u]).toBeCloseTo(real, 9);
    expect(im[v * 32 + u]).toBeCloseTo(imaginary, 9);
  }
  expect(() => spectrum(new Float64Array(33), 33, 1)).toThrow('up to 32×32, not 33×1');
  expect(() => spectrum(new Float64Array(33), 1, 33)).toThrow('up to 32×32, not 1×33');
  expect(spectrum(Float64Array.of(...Array(32).keys()), 32, 1).re[0]).toBeCloseTo(496, 9);
});
