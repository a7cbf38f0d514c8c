import { expect, it } from 'vitest';
import { streamKey } from '../../model/src/network/random-stream.js';
import { maskValues } from '../../model/src/ops/dropout-mask.js';
import { CHECKS, MASK } from '../src/check/kernel-checks.js';
import { selectBackend, selfCheck, watchKernels } from '../src/node.js';
import { openFakeWebgpu } from './fake-device.js';

it('passes on wasm within its tolerance', async () => {
  const { tf } = await selectBackend({ require: 'wasm' });
  const check = await selfCheck(tf, 'wasm');
  expect(check.passed).toBe(true);
  expect(check.error).toBeLessThan(check.tolerance);
  expect(check.compared).toContain('gradient of response normalization');
});

it('knows the mask of dropout as the plain way draws it', () => {
  const { seed, stream, threshold, stays } = MASK;
  const range = { from: 0, to: stays.length };
  expect(maskValues(range, threshold, 1, streamKey(seed, stream)).join('')).toBe(stays);
});

it('reaches the kernels of this package on WebGPU', async () => {
  const { tf } = await openFakeWebgpu();
  const ran = new Set<string>();
  const stop = watchKernels(({ kernel, isFast }) => isFast && ran.add(kernel));
  for (const { run } of CHECKS) tf.tidy(() => run(tf).flat() as never);
  stop();
  for (const kernel of [
    'AlexNetCrossEntropy',
    'AlexNetCrossEntropyGrad',
    'AlexNetDropout',
    'AlexNetFusedConv2D',
    'AlexNetGroupedConv2DBackpropFilter',
    'AlexNetGroupedConv2DBackpropInput',
    'AlexNetLRNGrad',
    'AlexNetReluGrad',
    'BatchMatMul',
    'Conv2D',
    'Conv2DBackpropFilter',
    'MaxPoolGrad',
    'Sum',
    '_FusedMatMul',
  ]) {
    expect(ran).toContain(kernel);
  }
});

it('fails where a kernel of this package computes something else', async () => {
  const { tf } = await selectBackend({ require: 'wasm' });
  const kernel = tf.getKernel('AlexNetLRNGrad', 'wasm');
  if (!kernel) throw new Error('no AlexNetLRNGrad kernel');
  tf.unregisterKernel('AlexNetLRNGrad', 'wasm');
  tf.registerKernel({
    ...kernel,
    kernelFunc: (run) => kernel.kernelFunc({ ...run, attrs: { ...run.attrs, beta: 0.74 } }),
  });
  expect((await selfCheck(tf, 'wasm')).passed).toBe(false);
  tf.unregisterKernel('AlexNetLRNGrad', 'wasm');
  tf.registerKernel(kernel);
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
