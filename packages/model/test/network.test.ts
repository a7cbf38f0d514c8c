import type { Scalar, Tensor2D, Tensor4D } from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import {
  buildNetwork,
  costSplit,
  createSpec,
  initialWeights,
  type Network,
  type PresetName,
  parameterShapes,
  predict,
  predictTenCrop,
  reshapeHead,
  type SpecModifiers,
  topK,
  withClasses,
} from '../src/index.js';
import { tf } from './tf.js';

const TINY = { input: 67, width: 1 / 16, classes: 5, init: 'he' } as const;

function build(preset: PresetName = 'alexnet', modifiers: SpecModifiers = {}): Network {
  return buildNetwork(tf, createSpec(preset, { ...TINY, ...modifiers }), { seed: 3 });
}

function images(count: number, side: number, channels = 3): Tensor4D {
  return tf.randomNormal([count, side, side, channels], 0, 1, 'float32', 7);
}

function largestDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  return Array.from(a).reduce(
    (most, value, i) => Math.max(most, Math.abs(value - (b[i] ?? Number.NaN))),
    0,
  );
}

describe('network', () => {
  it('says what tf has to be', () => {
    const spec = createSpec('lenet5');
    for (const given of [undefined, { conv2d: tf.conv2d }])
      expect(() => buildNetwork(given as never, spec)).toThrow(
        'tf has to hold tfjs-core and tfjs-layers',
      );
  });

  it('gives logits, and every named activation from one pass', () => {
    const network = build('original2012', { conv1: { padding: 0 } });
    const x = images(2, 67);
    const logits = network.forward(x);
    expect(logits.shape).toEqual([2, 5]);
    const all = network.activations(x);
    expect([...all.keys()]).toEqual(network.spec.layers.map(({ name }) => name));
    expect(all.get('fc8')?.arraySync()).toEqual(logits.arraySync());
    const some = network.activations(x, ['norm1', 'pool5']);
    expect([...some.keys()]).toEqual(['norm1', 'pool5']);
    expect(() => network.activations(x, ['conv9'])).toThrow(
      'No layer is called "conv9"; there are conv1, norm1',
    );
    expect(() => network.forward(images(1, 66))).toThrow(
      'takes images [batch, 67, 67, 3], not [1, 66, 66, 3].',
    );
    network.dispose();
  });

  it('starts from the same weights for the same seed, and holds them in the promised shapes', async () => {
    const network = build('paper');
    const weights = await network.getWeights();
    expect(weights).toEqual(new Map(initialWeights(network.spec, 3)));
    expect(new Map([...weights].map(([name, { shape }]) => [name, shape]))).toEqual(
      parameterShapes(network.spec),
    );
    expect(network.model.countParams()).toBe(costSplit(network.spec).total.parameters);
    const other = buildNetwork(tf, network.spec, { seed: 4 });
    expect((await other.getWeights()).get('conv1.weight')).not.toEqual(weights.get('conv1.weight'));
    network.dispose();
    other.dispose();
  });

  it('checks weights before it touches any', async () => {
    const network = build();
    const before = await network.getWeights();
    const set = (change: (weights: typeof before) => void) => () => {
      const weights = new Map(
        [...before].map(([name, w]) => [name, { ...w, data: w.data.map((v) => v + 1) }]),
      );
      change(weights);
      network.setWeights(weights);
    };
    expect(set((w) => w.delete('fc8.bias'))).toThrow('Weights are missing: fc8.bias.');
    expect(set((w) => w.set('fc9.bias', { shape: [1], data: new Float32Array(1) }))).toThrow(
      'no parameter called "fc9.bias"',
    );
    expect(set((w) => w.set('fc8.bias', { shape: [6], data: new Float32Array(6) }))).toThrow(
      'fc8.bias: the network has [5], the weights [6].',
    );
    expect(await network.getWeights()).toEqual(before);
    set(() => {})();
    expect((await network.getWeights()).get('fc8.bias')?.data[0]).toBe(1);
    network.dispose();
  });

  it('draws the same dropout for the same seed, and none outside training', () => {
    const network = build('alexnet', { dropout: 0.5 });
    const x = images(1, 67);
    const run = (dropoutSeed: number) =>
      Array.from(network.forward(x, { training: true, dropoutSeed }).dataSync());
    expect(run(1)).toEqual(run(1));
    expect(run(1)).not.toEqual(run(2));
    expect(network.forward(x).arraySync()).toEqual(network.forward(x).arraySync());
    network.dispose();
  });

  it('learns through tf.variableGrads, batch norm and running values included', () => {
    const network = build('lenet5', {
      norm: 'batch',
      classes: 2,
      input: 32,
      width: 1,
      dropout: 0.1,
    });
    const x = images(2, 32, 1);
    const labels = tf.oneHot(tf.tensor1d([0, 1], 'int32'), 2) as Tensor2D;
    const variables = network.parameters.filter((p) => p.trainable).map((p) => p.variable);
    expect(network.parameters.length - variables.length).toBe(4);
    const mean = network.parameters.find(({ name }) => name === 'norm1.running_mean')?.variable;
    const before = mean?.dataSync().slice();
    const optimizer = tf.train.momentum(0.01, 0.9);
    const losses = Array.from({ length: 8 }, (_, step) => {
      const { value, grads } = tf.variableGrads(
        () =>
          tf.losses.softmaxCrossEntropy(
            labels,
            network.forward(x, { training: true, dropoutSeed: step }),
          ) as Scalar,
        variables,
      );
      optimizer.applyGradients(grads as Parameters<typeof optimizer.applyGradients>[0]);
      tf.dispose(grads);
      return value.dataSync()[0] ?? Number.NaN;
    });
    expect(losses[7]).toBeLessThan(0.5 * (losses[0] ?? 0));
    expect(mean?.dataSync()).not.toEqual(before);
    network.dispose();
  });

  it('says the same with a dense head and with that head as convolutions, and maps larger images', async () => {
    const dense = build('alexnet', { input: 99, norm: 'none' });
    const conv = build('alexnet', { input: 99, norm: 'none', head: 'conv' });
    conv.setWeights(reshapeHead(conv.spec, await dense.getWeights()));
    const x = images(2, 99);
    expect(largestDifference(conv.forward(x).dataSync(), dense.forward(x).dataSync())).toBeLessThan(
      1e-5,
    );
    const larger = images(1, 131);
    const map = conv.activations(larger, ['fc8']).get('fc8');
    expect(map?.shape).toEqual([1, 2, 2, 5]);
    expect(conv.forward(larger).shape).toEqual([1, 5]);
    expect(() => conv.forward(images(1, 132))).toThrow('(132 - 11) / 4 + 1 = 31.25');
    dense.dispose();
    conv.dispose();
  });

  it('averages the softmax of ten crops and keeps each answer', async () => {
    const network = build('torchvision', { input: 63, dropout: 0 });
    const crops = images(20, 63);
    const [first, second] = await predictTenCrop(network, crops);
    const single = await predict(network, crops);
    expect(first?.crops).toEqual(single.slice(0, 10).map((p) => p.probabilities));
    const mean = single.slice(10).reduce((sum, p) => sum + (p.probabilities[2] ?? 0), 0) / 10;
    expect(second?.probabilities[2]).toBeCloseTo(mean, 6);
    expect(
      topK(first?.probabilities ?? [], 5).reduce((sum, p) => sum + p.probability, 0),
    ).toBeCloseTo(1, 5);
    await expect(predictTenCrop(network, images(3, 63))).rejects.toThrow(
      'a multiple of ten, not 3',
    );
    network.dispose();
  });

  it('leaks no tensor through any public call', async () => {
    const x = images(10, 67);
    const start = tf.memory().numTensors;
    const network = build('original2012', { conv1: { padding: 0 } });
    const held = tf.memory().numTensors;
    expect(held - start).toBe(network.parameters.length);
    tf.dispose([...network.activations(x, ['relu1', 'drop6']).values()]);
    network.forward(x).dispose();
    network.forward(x, { training: true }).dispose();
    await predict(network, x);
    await predictTenCrop(network, x);
    network.setWeights(await network.getWeights());
    expect(tf.memory().numTensors).toBe(held);
    network.dispose();
    expect(tf.memory().numTensors).toBe(start);
    x.dispose();
  });
});

it.each(['paper', 'lenet5'] as const)('costs of %s are those of its parts', (preset) => {
  const { conv, dense, other, total } = costSplit(createSpec(preset));
  for (const what of ['parameters', 'macs'] as const) {
    expect(conv[what] + dense[what] + other[what]).toBe(total[what]);
  }
  expect(other.parameters).toBe(0);
});

it('other classes change the last layer with weights, dense or convolution', () => {
  const last = (head: 'dense' | 'conv') => withClasses(createSpec('alexnet', { head }), 7);
  expect(last('dense').layers.find(({ name }) => name === 'fc8')).toMatchObject({ units: 7 });
  expect(
    last('conv')
      .layers.filter(({ op }) => op === 'conv')
      .at(-1),
  ).toMatchObject({ filters: 7 });
});
