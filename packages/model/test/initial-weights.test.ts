import { describe, expect, it } from 'vitest';
import { createSpec, initialWeights, type SpecModifiers, type Weight } from '../src/index.js';
import { maskValues } from '../src/ops/dropout-mask.js';

function moments(values: ArrayLike<number>) {
  const list = Array.from(values);
  const mean = list.reduce((sum, value) => sum + value, 0) / list.length;
  const variance = list.reduce((sum, value) => sum + (value - mean) ** 2, 0) / list.length;
  return { mean, sd: Math.sqrt(variance) };
}

const made = new Map<string, Map<string, Weight>>();

function start(init: NonNullable<SpecModifiers['init']>): Map<string, Weight> {
  const found =
    made.get(init) ?? new Map(initialWeights(createSpec('alexnet', { width: 1 / 8, init }), 1));
  made.set(init, found);
  return found;
}

const LAYERS = ['conv1', 'conv2', 'conv3', 'conv4', 'conv5', 'fc6', 'fc7', 'fc8'];

describe('starting weights', () => {
  it.each([
    ['paper', [0.01, 0.01, 0.01, 0.01, 0.01, 0.01, 0.01, 0.01]],
    ['2012', [0.01, 0.01, 0.03, 0.03, 0.03, 0.01, 0.01, 0.01]],
  ] as const)('%s: spread and biases layer by layer', (init, spreads) => {
    const weights = start(init);
    LAYERS.forEach((layer, index) => {
      const { mean, sd } = moments(weights.get(`${layer}.weight`)?.data ?? []);
      const wanted = spreads[index] ?? 0;
      expect(sd / wanted, layer).toBeCloseTo(1, 1);
      expect(Math.abs(mean), layer).toBeLessThan(wanted / 20);
    });
    const biases = LAYERS.map((layer) => weights.get(`${layer}.bias`)?.data[0]);
    expect(biases).toEqual([0, 1, 0, 1, 1, 1, 1, 0]);
  });

  it('He: √(2 / fan-in), no bias', () => {
    const weights = start('he');
    const { sd } = moments(weights.get('fc6.weight')?.data ?? []);
    expect(sd * Math.sqrt((6 * 6 * 32) / 2)).toBeCloseTo(1, 2);
    expect(LAYERS.map((layer) => weights.get(`${layer}.bias`)?.data[0])).toEqual(Array(8).fill(0));
  });

  it('are bell-shaped: 68.3, 95.4 and 99.7 % within one, two and three sigma', () => {
    const values = Array.from(start('paper').get('fc6.weight')?.data ?? []);
    const within = (sigmas: number) =>
      values.filter((value) => Math.abs(value) < sigmas * 0.01).length / values.length;
    expect(within(1)).toBeCloseTo(0.6827, 2);
    expect(within(2)).toBeCloseTo(0.9545, 2);
    expect(within(3)).toBeCloseTo(0.9973, 2);
  });

  it('are pinned: the first values of conv1 for seed 1', () => {
    const values = Array.from(start('paper').get('conv1.weight')?.data.slice(0, 3) ?? []);
    expect(values.map((value) => value.toFixed(6))).toMatchInlineSnapshot(`
      [
        "0.000168",
        "0.002790",
        "-0.007236",
      ]
    `);
  });
});

describe('dropout masks', () => {
  it.each([0.1, 0.5, 0.9])('drop a share of %f, alike in both halves of a word', (rate) => {
    const mask = maskValues({ from: 0, to: 40_001 }, Math.round(rate * 65_536), 2, 77);
    const kept = (parity: number) =>
      mask.filter((_, index) => index % 2 === parity).reduce((sum, value) => sum + value, 0) /
      40_000;
    expect(kept(0)).toBeCloseTo(1 - rate, 1.7);
    expect(kept(1)).toBeCloseTo(1 - rate, 1.7);
    expect(new Set(mask)).toEqual(new Set([0, 2]));
  });

  it.each([
    [0, 9],
    [3, 9],
    [3, 4],
    [4, 9],
  ])('of units %i to %i are that part of the whole mask', (from, to) => {
    const part = maskValues({ from, to }, 30_000, 2, 77);
    expect(part).toEqual(maskValues({ from: 0, to: 9 }, 30_000, 2, 77).slice(from, to));
  });
});
