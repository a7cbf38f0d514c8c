import type { Tensor, Tensor1D, Tensor4D } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { selectBackend, type Tf } from '../src/node.js';
import { expectClose, expectSame, on, running, tensor } from './compare.js';

type ExplicitPad = [[0, 0], [number, number], [number, number], [0, 0]];
type Pad = 'same' | 'valid' | ExplicitPad;

interface Case {
  readonly title: string;
  readonly x: [number, number, number, number];
  readonly filter: [number, number, number, number];
  readonly stride?: number | [number, number];
  readonly pad?: Pad;
  readonly dilation?: number;
}

const cases: readonly Case[] = [
  { title: 'conv1 of AlexNet, small', x: [1, 31, 31, 3], filter: [11, 11, 3, 16], stride: 4 },
  { title: 'conv2: same padding', x: [3, 9, 9, 5], filter: [5, 5, 5, 24], pad: 'same' },
  { title: 'ten images', x: [10, 7, 8, 16], filter: [3, 3, 16, 32], pad: 'same' },
  { title: 'one pixel, fewer than a tile', x: [1, 3, 3, 7], filter: [3, 3, 7, 8] },
  { title: '1x1', x: [2, 5, 3, 6], filter: [1, 1, 6, 8] },
  {
    title: 'one-sided padding and two strides, as of the 2012 input',
    x: [2, 13, 12, 3],
    filter: [5, 4, 3, 8],
    stride: [3, 2],
    pad: [
      [0, 0],
      [0, 3],
      [1, 0],
      [0, 0],
    ],
  },
];
const left: readonly Case[] = [
  { title: 'filters no multiple of eight', x: [2, 6, 6, 3], filter: [3, 3, 3, 12], pad: 'same' },
  { title: 'dilation', x: [1, 9, 9, 4], filter: [3, 3, 4, 8], dilation: 2 },
];

/** In a file of its own for each number: a process has one wasm backend. */
export function describeForward(threads: number): void {
  let tf: Tf;

  beforeAll(async () => {
    vi.stubEnv('ALEXNET_WASM_THREADS', String(threads));
    let device: string;
    ({ tf, device } = await selectBackend({ require: 'wasm' }));
    vi.unstubAllEnvs();
    expect(device).toMatch(threads > 1 ? `with ${threads} threads` : /SIMD$/);
  });

  const convolution = (kind: 'plain' | 'linear' | 'relu' | 'elu', one: Case) => () => {
    const { x, filter, stride = 1, pad = 'valid', dilation = 1 } = one;
    const map = tensor(tf, x, 1) as Tensor4D;
    const weights = tensor(tf, filter, 2) as Tensor4D;
    if (kind === 'plain') return tf.conv2d(map, weights, stride, pad, 'NHWC', dilation);
    return tf.fused.conv2d({
      x: map,
      filter: weights,
      strides: stride,
      pad,
      dilations: dilation,
      bias: tensor(tf, [filter[3]], 3) as Tensor1D,
      activation: kind,
    });
  };

  describe.each(['plain', 'linear', 'relu'] as const)('%s', (kind) => {
    const kernel = kind === 'plain' ? 'Conv2D' : 'FusedConv2D';
    it.each(cases)('convolution on wasm equals that of the cpu backend: $title', async (one) => {
      const reference = await on(tf, 'cpu', convolution(kind, one));
      const own = running(kernel, convolution(kind, one));
      expectClose(await on(tf, 'wasm', own), reference, 1e-5);
    });

    it.each(left)('convolution is left to tfjs: $title', async (one) => {
      const reference = await on(tf, 'cpu', convolution(kind, one));
      const own = running(kernel, convolution(kind, one), false);
      expectClose(await on(tf, 'wasm', own), reference, 1e-5);
    });
  });

  it('leaves other activations to tfjs', async () => {
    const [, , one] = cases as readonly [Case, Case, Case];
    const reference = await on(tf, 'cpu', convolution('elu', one));
    const own = running('FusedConv2D', convolution('elu', one), false);
    expectClose(await on(tf, 'wasm', own), reference, 1e-5);
  });

  describe('convolutions in groups equal one for each group', () => {
    it.each([
      { x: [2, 9, 7, 8], filter: [5, 5, 4, 16], stride: 1, pads: [2, 2, 2, 2], groups: 2 },
      { x: [1, 13, 13, 12], filter: [3, 3, 3, 32], stride: 2, pads: [0, 1, 1, 0], groups: 4 },
      { x: [3, 6, 6, 4], filter: [3, 3, 2, 16], stride: 1, pads: [0, 0, 0, 0], groups: 2 },
      // Six filters a group: each is cut out.
      { x: [2, 6, 5, 6], filter: [3, 3, 3, 12], stride: 1, pads: [1, 1, 1, 1], groups: 2 },
      { x: [2, 12, 12, 3], filter: [5, 5, 3, 8], stride: 3, pads: [2, 0, 1, 2], groups: 1 },
    ] as const)('$x by $filter', async ({ x, filter, stride, pads, groups }) => {
      const [top, bottom, left, right] = pads;
      const pad = [
        [0, 0],
        [top, bottom],
        [left, right],
        [0, 0],
      ] as ExplicitPad;
      const map = () => tensor(tf, [...x], 1) as Tensor4D;
      const weights = () => tensor(tf, [...filter], 2) as Tensor4D;
      const plain = (input: Tensor4D, kernels: Tensor4D): Tensor => {
        if (groups === 1) return tf.conv2d(input, kernels, stride, pad);
        const own = tf.split(kernels, groups, 3);
        const parts = tf.split(input, groups, 3);
        return tf.concat(
          parts.map((part, i) => tf.conv2d(part as Tensor4D, own[i] as Tensor4D, stride, pad)),
          3,
        );
      };
      const output = () => plain(map(), weights());
      const dy = () => tensor(tf, output().shape, 3);
      const gradients = () =>
        tf.grads((a, b) => plain(a as Tensor4D, b as Tensor4D))([map(), weights()], dy());
      const check = async (
        reference: () => Tensor | undefined,
        name: string,
        inputs: () => Record<string, Tensor>,
      ) => {
        const attrs = {
          strides: [stride, stride],
          pad,
          groups,
          inputShape: x,
          filterShape: filter,
        };
        const kernel = `AlexNetGroupedConv2D${name}`;
        const own = () => tf.engine().runKernel(kernel, inputs(), attrs as never) as Tensor;
        const expected = await on(tf, 'cpu', reference as () => Tensor);
        expectClose(await on(tf, 'wasm', running(kernel, own)), expected, 1e-5);
      };
      await check(output, '', () => ({ x: map(), filter: weights() }));
      await check(
        () => gradients()[0],
        'BackpropInput',
        () => ({ dy: dy(), filter: weights() }),
      );
      await check(
        () => gradients()[1],
        'BackpropFilter',
        () => ({ x: map(), dy: dy() }),
      );
    });
  });

  describe('max pooling equals that of the cpu backend to the bit', () => {
    const borders = [
      [0, 0],
      [2, 3],
      [1, 4],
      [0, 0],
    ] as const;
    it.each([
      { title: 'overlapping', x: [2, 13, 11, 8], size: 3, stride: 2, pad: 'valid' },
      { title: 'padding', x: [3, 7, 8, 20], size: [2, 3], stride: [3, 2], pad: 'same' },
      { title: 'windows of padding only', x: [1, 5, 5, 4], size: 2, stride: 2, pad: borders },
      { title: 'more than a unit', x: [4, 55, 55, 12], size: 3, stride: 2, pad: 'valid' },
      { title: 'left to tfjs', x: [2, 9, 9, 6], size: 3, stride: 2, pad: 'valid' },
    ] as const)('$title', async ({ x, size, stride, pad }) => {
      const isOurs = x[3] % 4 === 0;
      const pool = () => {
        const map = tensor(tf, [...x], 1) as Tensor4D;
        return tf.maxPool(
          tf.sub<Tensor4D>(map, 1),
          size as number,
          stride as number,
          pad as 'valid',
        );
      };
      const reference = await on(tf, 'cpu', pool);
      expectSame(await on(tf, 'wasm', running('MaxPool', pool, isOurs)), reference);
    });

    it('passes NaN over, wherever it stands', async () => {
      const maps = Array.from({ length: 10 }, (_, place) =>
        Array.from({ length: 9 * 4 }, (_, i) => {
          const pixel = Math.floor(i / 4);
          // The last window has nothing else.
          return place === 9 || pixel === place ? Number.NaN : -1 - pixel;
        }),
      );
      const pool = () => tf.maxPool(tf.tensor4d(maps.flat(), [10, 3, 3, 4]), 3, 1, 'valid');
      const reference = await on(tf, 'cpu', pool);
      expectSame(await on(tf, 'wasm', running('MaxPool', pool)), reference);
      expect([...reference].slice(-8)).toEqual([-1, -1, -1, -1, ...Array(4).fill(-Infinity)]);
    });
  });

  describe('response normalization equals that of the cpu backend', () => {
    it.each([
      { x: [2, 5, 7, 96], radius: 2, beta: 0.75 },
      { x: [3, 30, 30, 64], radius: 2, beta: 0.75 },
      { x: [1, 2, 3, 8], radius: 0, beta: 0.75 },
      { x: [1, 2, 3, 4], radius: 9, beta: 0.75 },
      { x: [1, 4, 4, 6], radius: 2, beta: 0.75 },
      { x: [1, 4, 4, 8], radius: 2, beta: 0.5 },
    ] as const)('$x, radius $radius, beta $beta', async ({ x, radius, beta }) => {
      const isOurs = x[3] % 4 === 0 && beta === 0.75;
      const map = () => tf.mul(tensor(tf, [...x], 1), 30);
      const norm = (input: Tensor): Tensor =>
        tf.localResponseNormalization(input as Tensor4D, radius, 2, 1e-2, beta);
      const forward = () => norm(map());
      const reference = await on(tf, 'cpu', forward);
      expectClose(await on(tf, 'wasm', running('LRN', forward, isOurs)), reference, 1e-6);

      const dy = () => tensor(tf, [...x], 2);
      const attrs = { depthRadius: radius, bias: 2, alpha: 1e-2, beta };
      const gradient = () => {
        const inputs = { x: map(), y: forward(), dy: dy() };
        return tf.engine().runKernel('AlexNetLRNGrad', inputs, attrs) as Tensor;
      };
      const plain = await on(tf, 'cpu', () => tf.grad(norm)(map(), dy()));
      expectClose(await on(tf, 'wasm', running('AlexNetLRNGrad', gradient)), plain, 1e-5);
    });
  });

  describe('the passes over memory of a prediction equal those of the cpu backend to the bit', () => {
    const special = [Number.NaN, -0, 0, Infinity, -Infinity, -1, 2, 1e-45];

    it.each([[[8]], [[3, 4, 5, 12]], [[1, 200, 200, 4]], [[3, 5]]])('ReLU of %j', async (shape) => {
      const relu = () => tf.relu(tensor(tf, shape, 1));
      const isOurs = shape.reduce((a, b) => a * b) % 4 === 0;
      const reference = await on(tf, 'cpu', relu);
      expectSame(await on(tf, 'wasm', running('Relu', relu, isOurs)), reference);
      const odd = () => tf.relu(tf.tensor1d(special));
      expectSame(await on(tf, 'wasm', running('Relu', odd)), await on(tf, 'cpu', odd));
    });

    it.each([
      { a: [7, 8], b: [8], isOurs: true },
      { a: [2, 70, 70, 12], b: [12], isOurs: true },
      { a: [7, 6], b: [6], isOurs: false },
      { a: [7, 8], b: [1], isOurs: false },
      { a: [8], b: [7, 8], isOurs: false },
      { a: [7, 8], b: [7, 8], isOurs: false },
    ])('$a plus $b', async ({ a, b, isOurs }) => {
      const add = () => tf.add(tensor(tf, a, 1), tensor(tf, b, 2));
      const reference = await on(tf, 'cpu', add);
      expectSame(await on(tf, 'wasm', running('Add', add, isOurs)), reference);
      const odd = () => tf.add(tf.tensor2d(special, [2, 4]), tf.tensor1d([1, -0, NaN, Infinity]));
      expectSame(await on(tf, 'wasm', running('Add', odd)), await on(tf, 'cpu', odd));
    });

    it.each([
      { shape: [2, 5, 4, 3], paddings: [0, [1, 2], [3, 0], 0], isOurs: true },
      { shape: [2, 5, 4, 3], paddings: [0, [1, 2], [3, 0], [0, 1]], isOurs: false },
      { shape: [5, 4], paddings: [[1, 2], 0], isOurs: false },
    ])('padding of $shape by $paddings', async ({ shape, paddings, isOurs }) => {
      const pads = paddings.map((pad) => pad || [0, 0]) as [number, number][];
      const pad = () => tf.pad(tensor(tf, shape, 1), pads, -3);
      const reference = await on(tf, 'cpu', pad);
      expectSame(await on(tf, 'wasm', running('PadV2', pad, isOurs)), reference);
    });
  });

  it('gives the same every time, whichever thread takes what', async () => {
    const one: Case = { title: '', x: [4, 15, 15, 32], filter: [3, 3, 32, 64], pad: 'same' };
    const first = await on(tf, 'wasm', convolution('relu', one));
    for (let run = 0; run < 50; run++) {
      expectSame(await on(tf, 'wasm', convolution('relu', one)), first);
    }
  });

  it('keeps no memory', async () => {
    await tf.setBackend('wasm');
    const heap = () =>
      (tf.backend() as unknown as { wasm: { HEAPU8: Uint8Array } }).wasm.HEAPU8.length;
    const run = () => tf.tidy(() => void convolution('relu', cases[1] as Case)());
    run();
    const before = { heap: heap(), ...tf.memory() };
    for (let i = 0; i < 300; i++) run();
    expect({ heap: heap(), ...tf.memory() }).toEqual(before);
  });
}
