import { expect, test } from 'vitest';
import { alexnet } from './alexnet.js';

test('bench compares with onnxruntime, and names a peer that does not start with its reason', async () => {
  const { code, stdout, stderr } = await alexnet(
    ...['bench', 'predict', '--preset=lenet5', '--batch=1', '--backend=cpu', '--rounds=1'],
    ...[
      '--compare',
      '--only=onnxruntime,onnxruntime-web,keras',
      '--python=/nowhere/python',
      '--json',
    ],
  );
  expect(code).toBe(0);
  expect(stderr).toContain('keras left out: spawn /nowhere/python ENOENT');
  expect(JSON.parse(stdout).timings).toMatchObject([
    { name: 'cpu', runtime: expect.stringContaining('fp32') },
    { name: 'onnxruntime', median: expect.any(Number) },
    {
      name: 'onnxruntime-web',
      runtime: expect.stringContaining('WebAssembly'),
      median: expect.any(Number),
    },
  ]);
});
