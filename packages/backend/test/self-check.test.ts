import { expect, it } from 'vitest';
import { selectBackend, selfCheck } from '../src/node.js';

it('passes on wasm within its tolerance', async () => {
  const { tf } = await selectBackend({ require: 'wasm' });
  const check = await selfCheck(tf, 'wasm');
  expect(check.passed).toBe(true);
  expect(check.error).toBeLessThan(check.tolerance);
});

it('fails on a backend that computes something else', async () => {
  const { tf } = await selectBackend({ require: 'wasm' });
  const kernel = tf.getKernel('LRN', 'wasm');
  if (!kernel) throw new Error('no LRN kernel');
  tf.unregisterKernel('LRN', 'wasm');
  tf.registerKernel({
    ...kernel,
    kernelFunc: (run) => kernel.kernelFunc({ ...run, attrs: { ...run.attrs, bias: 2.01 } }),
  });
  expect((await selfCheck(tf, 'wasm')).passed).toBe(false);
  tf.unregisterKernel('LRN', 'wasm');
  tf.registerKernel(kernel);
});
