import type { Rank, Tensor4D } from '@tensorflow/tfjs-core';
import { afterEach, expect, it, vi } from 'vitest';

afterEach(() => vi.unstubAllEnvs());

it.each([1, 2])(
  'full WebAssembly memory is an error of the operation, not a wrong result: threads %d',
  async (threads) => {
    vi.stubEnv('ALEXNET_WASM_THREADS', String(threads));
    vi.resetModules();
    const { selectBackend } = await import('../src/node.js');
    const { tf, device } = await selectBackend({ require: 'wasm' });
    expect(device).toMatch(threads > 1 ? '2 threads' : /SIMD$/);
    // Six times 512 MB of the 4 GB; the filters below are 307 MB, and XNNPACK packs them once more: their
    // number is no multiple of eight.
    const held = Array.from({ length: 6 }, () => tf.fill([128, 1024, 1024], 1));
    const x = tf.ones<Rank.R4>([1, 8, 8, 1024]);
    const kernels = tf.ones<Rank.R4>([5, 5, 1024, 3001]);
    const full = /memory a WebAssembly program can have are full: use smaller batches/;
    expect(() => {
      for (let i = 0; i < 4; i++)
        tf.conv2d(x, i ? tf.add<Tensor4D>(kernels, i) : kernels, 1, 'same');
    }).toThrow(full);
    expect(() => Array.from({ length: 9 }, () => tf.fill([128, 1024, 1024], 1))).toThrow(full);
    tf.dispose(held);
  },
  120_000,
);
