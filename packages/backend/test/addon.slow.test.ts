import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Rank, Tensor4D } from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';
import { selectBackend } from '../src/node.js';
import { findCompiler } from '../src/tensorflow/compile-addon.js';
import { whyNoTensorflow } from './need-tensorflow.js';

const missing = await whyNoTensorflow();

it.skipIf(missing)(
  `what C++ throws inside an op is an error, on any thread ${missing ?? ''}`,
  async () => {
    const { tf } = await selectBackend({ require: 'tensorflow' });
    // A window of 2^31 channels: std::vector refuses the row's memory, in this thread or in all of them.
    const norm = (x: Tensor4D) => tf.localResponseNormalization(x, 2 ** 30);
    for (const pixels of [1, 2 ** 11]) {
      const x = tf.ones<Rank.R4>([1, pixels, 512, 2]);
      expect(() => norm(x)).toThrow(/vector/);
      x.dispose();
    }
    expect(() => tf.localResponseNormalization(tf.ones<Rank.R4>([1, 1, 1, 2]), -1)).toThrow(
      /depth_radius/,
    );
    expect(
      tf.localResponseNormalization(tf.ones<Rank.R4>([1, 1, 1, 1]), 1, 1, 3, 0.5).dataSync()[0],
    ).toBe(0.5);
  },
);

it.skipIf(missing)(`parts of work that throw, or get no thread ${missing ?? ''}`, async () => {
  const folder = mkdtempSync(join(tmpdir(), 'alexnet-parts-'));
  try {
    const program = join(folder, 'in-parallel');
    const source = join(import.meta.dirname, 'in-parallel.cc');
    execFileSync(await findCompiler(), ['-std=c++17', '-pthread', source, '-o', program]);
    expect(execFileSync(program, { encoding: 'utf8' })).toBe(
      'sum 6, elsewhere 0\npart 2 after 4\n',
    );
  } finally {
    rmSync(folder, { recursive: true });
  }
});

it.skipIf(missing)(`signals that come while it computes ${missing ?? ''}`, () => {
  const child = new URL('signals-child.mjs', import.meta.url).pathname;
  const { signals, wrong } = JSON.parse(
    execFileSync(process.execPath, [child], { encoding: 'utf8' }),
  );
  expect(signals).toBeGreaterThanOrEqual(100);
  expect(wrong).toBe(0);
});
