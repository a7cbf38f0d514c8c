import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { defaultPeers, type RuntimeKind } from '../src/bench/peer.js';
import { appendCsv, formatTimings } from '../src/bench/runtime-timing.js';
import { timingOf } from '../src/bench/statistics.js';

it('sums up samples by their quartiles', () => {
  expect(timingOf([40, 10, 30, 20])).toEqual({
    samples: 4,
    median: 25,
    lower: 17.5,
    upper: 32.5,
    fastest: 10,
    slowest: 40,
  });
  expect(() => timingOf([])).toThrow(RangeError);
});

it('compares with the first runtime, and adds rows below one header', async () => {
  const timings = [
    { name: 'tensorflow', runtime: 'two, threads', ...timingOf([100]) },
    { name: 'wasm', runtime: 'WebAssembly', ...timingOf([250]) },
  ];
  expect(formatTimings(timings, 10)[1]).toMatch(
    /^wasm .*250\.0 ms ± 0\.0 .*40\.0 images\/s {2}2\.50x/,
  );
  const folder = mkdtempSync(join(tmpdir(), 'alexnet-bench-'));
  const path = join(folder, 'times.csv');
  const run = { task: 'predict', preset: 'alexnet', batch: 10, command: 'alexnet bench' } as const;
  await appendCsv(path, run, timings);
  await appendCsv(path, run, timings);
  const lines = readFileSync(path, 'utf8').trimEnd().split('\n');
  expect(lines).toHaveLength(5);
  expect(lines[0]).toMatch(/^date,machine,/);
  expect(lines[1]).toContain('"two, threads",100.00');
  rmSync(folder, { recursive: true });
});

it('compares a runtime with peers of its own kind and precision', () => {
  const peers = (
    task: 'step' | 'predict',
    precision: 'fp32' | 'bf16',
    kind: RuntimeKind = 'processor',
  ) => defaultPeers({ task, precision }, kind);
  expect(peers('predict', 'fp32')).toContain('onnxruntime');
  expect(peers('step', 'fp32')).toEqual([
    'torch-nchw',
    'torch-channels-last',
    'keras',
    'tf-function',
  ]);
  expect(peers('step', 'bf16')).toEqual([
    'torch-bf16-nchw',
    'torch-bf16-channels-last',
    'tf-function-bf16',
  ]);
  expect(peers('step', 'fp32', 'gpu').every((name) => name.startsWith('torch-cuda-'))).toBe(true);
  expect(peers('predict', 'fp32', 'wasm')).toEqual(['onnxruntime-web']);
});
