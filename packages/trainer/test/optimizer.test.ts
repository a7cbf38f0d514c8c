import type { Network } from '@alexnet/model';
import { expect, test } from 'vitest';
import { createOptimizer } from '../src/index.js';
import { tf, tinyRecipe } from './tiny.js';

/** Two parameters of one layer are all an update needs. */
function twoParameters() {
  const weight = tf.variable(tf.tensor1d([1, -2, 3]));
  const bias = tf.variable(tf.tensor1d([0.5]));
  const parameters = [
    { name: 'conv1.weight', layer: 'conv1', kind: 'weight', trainable: true, variable: weight },
    { name: 'conv1.bias', layer: 'conv1', kind: 'bias', trainable: true, variable: bias },
  ];
  return { network: { tf, parameters } as unknown as Network, weight, bias };
}

/** The 2012 source's update in double precision: V <- m V - eps g - wc eps W ; W <- W + V. */
function reference(rates: readonly number[], inside: boolean) {
  const w = [1, -2, 3];
  const b = [0.5];
  const v = [0, 0, 0];
  const vb = [0];
  rates.forEach((rate, step) => {
    for (const [values, velocity, eps, decay] of [
      [w, v, rate, 0.0005],
      [b, vb, 2 * rate, 0],
    ] as const) {
      values.forEach((value, i) => {
        const gradient = Math.sin(step + i) + 0.1 * value + decay * value;
        const kept = 0.9 * (velocity[i] as number);
        velocity[i] = inside ? kept - eps * gradient : kept + gradient;
        values[i] = inside
          ? value + (velocity[i] as number)
          : value - eps * (velocity[i] as number);
      });
    }
  });
  return [...w, ...b];
}

// The rate drops half-way: that is where the two rules part.
const rates = Array.from({ length: 100 }, (_, step) => (step < 50 ? 0.05 : 0.005));

test.each(['inside', 'outside'] as const)(
  '100 updates equal the %s rule',
  (learningRateInMomentum) => {
    const { network, weight, bias } = twoParameters();
    const before = tf.memory().numTensors;
    const optimizer = createOptimizer(network, {
      ...tinyRecipe,
      momentum: 0.9,
      weightDecay: 0.0005,
      learningRateInMomentum,
      biasLearningRateFactor: 2,
      biasDecay: false,
    });
    rates.forEach((learningRate, step) => {
      tf.tidy(() => {
        const gradientOf = (values: typeof weight) =>
          tf.add(
            tf.tensor1d(Array.from({ length: values.size }, (_, i) => Math.sin(step + i))),
            tf.mul(values, 0.1),
          );
        const gradients = new Map([
          ['conv1.weight', gradientOf(weight)],
          ['conv1.bias', gradientOf(bias)],
        ]);
        optimizer.update(gradients, { learningRate, peakLearningRate: 0.05, epoch: 0 });
      });
    });
    const got = [...weight.dataSync(), ...bias.dataSync()];
    reference(rates, learningRateInMomentum === 'inside').forEach((value, i) => {
      expect(Math.abs((got[i] as number) - value)).toBeLessThan(
        1e-6 * Math.max(1, Math.abs(value)) * 5,
      );
    });
    optimizer.dispose();
    expect(tf.memory().numTensors).toBe(before);
  },
);

test('a frozen layer keeps its weights and its momentum', async () => {
  const { network, weight } = twoParameters();
  const optimizer = createOptimizer(network, {
    ...tinyRecipe,
    layers: { conv1: { frozenFromEpoch: 1 } },
  });
  const gradients = new Map([['conv1.weight', tf.ones([3])]]);
  optimizer.update(gradients, { learningRate: 0.1, peakLearningRate: 0.1, epoch: 0 });
  const [moved, velocity] = [weight.dataSync(), (await optimizer.state()).get('conv1.weight')];
  expect(moved[0]).not.toBe(1);
  optimizer.update(gradients, { learningRate: 0.1, peakLearningRate: 0.1, epoch: 1 });
  expect(weight.dataSync()).toEqual(moved);
  expect((await optimizer.state()).get('conv1.weight')).toEqual(velocity);
});

test('by the 2012 schedule biases keep their rate while conv1 has drops of its own', () => {
  const { network, weight, bias } = twoParameters();
  const [before, biasBefore] = [weight.dataSync()[0] as number, bias.dataSync()[0] as number];
  const optimizer = createOptimizer(network, {
    ...tinyRecipe,
    weightDecay: 0,
    biasLearningRateFactor: 2,
    biasSchedule: 'constant',
    layers: { conv1: { dropEpochs: [67] } },
  });
  const gradients = new Map([
    ['conv1.weight', tf.ones([3])],
    ['conv1.bias', tf.ones([1])],
  ]);
  optimizer.update(gradients, { learningRate: 0.001, peakLearningRate: 0.01, epoch: 67 });
  expect(weight.dataSync()[0]).toBeCloseTo(before - 0.0001, 6);
  expect(bias.dataSync()[0]).toBeCloseTo(biasBefore - 0.02, 6);
});

test('momentum of another network is refused before anything changes', async () => {
  const { network } = twoParameters();
  const optimizer = createOptimizer(network, tinyRecipe);
  const state = new Map([['conv1.weight', { shape: [2], data: Float32Array.of(1, 2) }]]);
  expect(() => optimizer.restore(state)).toThrow('the saved momentum of conv1.weight is [2]');
});
