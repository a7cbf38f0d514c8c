import { createRng } from '@alexnet/augment';
import { buildNetwork, createSpec, type Network, type Preprocessing } from '@alexnet/model';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hartley } from '../src/lib/explain/fourier-image.js';
import {
  maximizeActivation,
  type Parametrization,
} from '../src/lib/explain/maximize-activation.js';
import { phaseImage } from '../src/lib/explain/phase-image.js';
import { shake } from '../src/lib/explain/shake.js';
import { tf } from './support/small-model.js';

/** Along it only the second of the three colors that are mixed is seen: the others are at right angles. */
const NORMAL = [
  0.27 * 0.03 - 0.27 * -0.05,
  0.27 * 0.02 - 0.26 * 0.03,
  0.26 * -0.05 - 0.27 * 0.02,
] as const;

describe('activation maximization', () => {
  let network: Network;
  // Plain JavaScript follows these slopes: a sixteenth of the width is enough for it.
  const spec = createSpec('paper', {
    classes: 4,
    input: 67,
    width: 0.0625,
    init: 'he',
    conv1: { stride: 4, rounding: 'floor' },
  });
  const preprocessing: Preprocessing = {
    resize: { shorterSide: 67 },
    crop: { height: 67, width: 67 },
    channelOrder: 'rgb',
    range: 255,
    mean: [120, 115, 105],
    std: [64, 64, 64],
  };
  beforeAll(async () => {
    await tf.setBackend('cpu');
    network = buildNetwork(tf, spec, { seed: 7 });
  });
  afterAll(() => network.dispose());

  async function grow(
    layer: string,
    unit: number,
    seed: number,
    steps: number,
    parametrization: Parametrization = 'fourier',
  ) {
    const options = { layer, unit, seed, parametrization };
    const maximizer = maximizeActivation(tf, network, preprocessing, options);
    const before = await maximizer.value();
    maximizer.advance(steps);
    const grown = { before, after: await maximizer.value(), image: await maximizer.image() };
    maximizer.dispose();
    return grown;
  }

  it.each([
    ['fourier', 'conv2', 5, 6],
    ['fourier', 'fc8', 2, 6],
    ['maco', 'conv2', 5, 2],
  ] as const)(
    'by %s goes uphill for %s unit %i, and frees what it used',
    async (how, layer, unit, steps) => {
      const tensors = tf.memory().numTensors;
      const { before, after } = await grow(layer, unit, 0, steps, how);
      expect(after).toBeGreaterThan(before);
      expect(tf.memory().numTensors).toBe(tensors);
    },
  );

  it('gives the same image for the same seed and another for another', async () => {
    const [one, again, other] = [
      await grow('conv1', 3, 5, 3),
      await grow('conv1', 3, 5, 3),
      await grow('conv1', 3, 6, 3),
    ];
    expect(again).toEqual(one);
    const maco = await grow('conv1', 3, 5, 1, 'maco');
    expect(await grow('conv1', 3, 5, 1, 'maco')).toEqual(maco);
    expect(maco.image.data).not.toEqual(one.image.data);
    expect(other.image.data).not.toEqual(one.image.data);
  });

  it('transforms by a matrix that is its own inverse', () => {
    const n = 12;
    const matrix = hartley(n);
    for (let i = 0; i < n; i++) {
      for (let j = 0; j < n; j++) {
        let sum = 0;
        for (let k = 0; k < n; k++) sum += (matrix[i * n + k] ?? 0) * (matrix[k * n + j] ?? 0);
        expect(sum).toBeCloseTo(i === j ? 1 : 0, 5);
      }
    }
  });

  it('keeps the spectrum of photographs whatever the phases', async () => {
    // Magnitudes of a plane by the definition of the transform, at three frequencies.
    const [height, width] = [8, 8];
    const canvas = phaseImage(tf, height, width, 3);
    const rng = createRng(9);
    const spectra: number[][] = [];
    for (let trial = 0; trial < 2; trial++) {
      const values = canvas.start.map(() => 3 * rng.normal());
      const image = tf.tidy(() => canvas.draw(tf.tensor3d(values, [...canvas.shape])));
      // Before the sigmoid.
      const pixels = [...(await image.data())].map((value) => Math.log(value / (1 - value)));
      image.dispose();
      const second = (fy: number, fx: number) => {
        let [re, im] = [0, 0];
        for (let i = 0; i < height * width; i++) {
          const turn =
            2 * Math.PI * ((fy * Math.floor(i / width)) / height + (fx * (i % width)) / width);
          const [r = 0, g = 0, b = 0] = pixels.slice(i * 3, i * 3 + 3);
          const value = NORMAL[0] * r + NORMAL[1] * g + NORMAL[2] * b;
          re += value * Math.cos(turn);
          im += value * Math.sin(turn);
        }
        return Math.hypot(re, im);
      };
      spectra.push([second(1, 1), second(2, 1), second(3, 2)]);
    }
    canvas.dispose();
    const [one = [], other = []] = spectra;
    // 1/f: twice the frequency, half the magnitude, for any phases.
    const shares = (list: number[]) => list.map((value) => value / (list[0] ?? 1));
    const expected = [
      Math.hypot(1, 1) / Math.hypot(1, 1),
      Math.hypot(1, 1) / Math.hypot(2, 1),
      Math.hypot(1, 1) / Math.hypot(3, 2),
    ];
    for (const list of [one, other]) {
      for (const [index, share] of shares(list).entries()) {
        expect(share).toBeCloseTo(expected[index] ?? 0, 3);
      }
    }
  });

  it('shakes with a slope that moves back what it moved', async () => {
    // Of a smooth bump: Σ shake(x) · y and Σ x · slope(y) are the same number for an exact adjoint.
    const bump = (cx: number, cy: number) =>
      tf.tensor4d(
        Float32Array.from({ length: 32 * 32 }, (_, i) =>
          Math.exp(-(((i % 32) - cx) ** 2 + (Math.floor(i / 32) - cy) ** 2) / 18),
        ),
        [1, 32, 32, 1],
      );
    const [x, y] = [bump(14, 17), bump(17, 15)];
    for (let seed = 0; seed < 8; seed++) {
      const forward = tf.tidy(() => tf.sum(tf.mul(shake(tf, x, createRng(seed)), y)));
      const slope = tf.grad((image) =>
        tf.sum(tf.mul(shake(tf, image as typeof x, createRng(seed)), y)),
      )(x);
      const back = tf.tidy(() => tf.sum(tf.mul(slope, x)));
      const [a = 0, b = 1] = [(await forward.data())[0], (await back.data())[0]];
      expect(b / a).toBeGreaterThan(0.97);
      expect(b / a).toBeLessThan(1.03);
      tf.dispose([forward, slope, back]);
    }
    tf.dispose([x, y]);
  });
});
