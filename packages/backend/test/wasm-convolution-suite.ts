import type { Tensor1D, Tensor4D } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { selectBackend, type Tf } from '../src/node.js';
import { expectClose, on, running, tensor } from './compare.js';

type Pad = 'same' | 'valid' | [[0, 0], [number, number], [number, number], [0, 0]];

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
export function describeConvolution(threads: number): void {
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

  it('gives the same every time, whichever thread takes what', async () => {
    const one: Case = { title: '', x: [4, 15, 15, 32], filter: [3, 3, 32, 64], pad: 'same' };
    const first = await on(tf, 'wasm', convolution('relu', one));
    for (let run = 0; run < 50; run++) {
      expect(await on(tf, 'wasm', convolution('relu', one))).toEqual(first);
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
