import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readModel } from '@alexnet/convert';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { alexnet } from './alexnet.js';

/** Small networks made by each format's own tool. */
const fixture = (name: string) =>
  fileURLToPath(new URL(`../../../packages/convert/test/fixtures/${name}`, import.meta.url));

let folder: string;
/** What a .pth became. */
let first: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'alexnet-convert-'));
  first = join(folder, 'first.safetensors');
  const read = await alexnet('convert', fixture('torchvision-tiny.pth'), first);
  expect(read).toMatchObject({ code: 0 });
  expect(read.stdout).toMatch(/read\s+layout\s+yes/);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const model = async (path: string) => readModel(await readFile(path));

test.each(['x.pth', 'x.onnx', 'x.npz', 'x.weights.h5', 'x.caffemodel', 'tfjs/'])(
  'a .pth becomes safetensors, then %s, then safetensors again, with the same weights',
  async (name) => {
    const last = join(folder, `${name.replace('/', '')}.safetensors`);
    const other = join(folder, name);
    expect(await alexnet('convert', first, other)).toMatchObject({ code: 0 });
    // The path with its slash stays a folder.
    const numbers = /npz$|h5$/.test(name) ? ['--data-format=channels_last'] : [];
    const back = ['convert', other, last, '--preset=torchvision', ...numbers];
    expect(await alexnet(...back)).toMatchObject({ code: 0 });
    const [a, b] = [await model(first), await model(last)];
    expect([...b.weights.keys()].sort()).toEqual([...a.weights.keys()].sort());
    for (const [key, { shape, data }] of a.weights) {
      expect(b.weights.get(key)?.shape).toEqual(shape);
      expect(b.weights.get(key)?.data).toEqual(data);
    }
  },
);

test.each([
  ['convnet-91.2', 'convnet.onnx', ['onnxruntime on the result']],
  ['foreign/front.onnx', 'front/', ['onnxruntime on the source', 'TF.js on the result']],
  ['torchvision-tiny.pth', 'nothing-runs.safetensors', []],
])('--verify compares %s as %s with what other tools make of them', async (source, out, tools) => {
  const files = [fixture(source), join(folder, out)];
  const { code, stdout } = await alexnet(
    ...['convert', ...files, '--verify', '--backend=cpu', '--json'],
  );
  expect(code).toBe(0);
  const { checks, readAgain, notRun } = JSON.parse(stdout).verification;
  expect(checks.map(({ tool }: { tool: string }) => tool)).toEqual(tools);
  for (const { largestDifference, largestLogit } of checks) {
    expect(largestLogit).toBeGreaterThan(0.1);
    expect(largestDifference).toBeLessThan(1e-4 * largestLogit);
  }
  expect(readAgain.largestDifference).toBeLessThan(1e-4 * readAgain.largestLogit);
  // What is only read again is no comparison with the source.
  const silent = notRun.filter((reason: string) => reason.includes('the source by its own tool'));
  expect(silent).toHaveLength(source.endsWith('.onnx') ? 0 : 1);
});

test('an inexact step is refused with its code, and passes when that is allowed', async () => {
  const out = join(folder, 'matconvnet.safetensors');
  const refused = await alexnet('convert', fixture('matconvnet.mat'), out);
  expect(refused.code).toBe(1);
  expect(refused.stderr).toMatch(/--allow mean-image does it anyway/);
  expect(await readdir(folder)).not.toContain('matconvnet.safetensors');
  const allowed = await alexnet('convert', fixture('matconvnet.mat'), out, '--allow=mean-image');
  expect(allowed.code).toBe(0);
  expect(allowed.stdout).toMatch(/mean-image\s+NO/);
});

test('other commands read foreign weights, and say when those do not tell how to predict', async () => {
  const png = join(folder, 'kernels.png');
  const weights = `--weights=${fixture('torchvision-tiny.pth')}`;
  expect(await alexnet('filters', weights, `--out=${png}`)).toMatchObject({ code: 0 });
  const predicted = await alexnet('predict', png, weights, '--backend=cpu');
  expect(predicted.code).toBe(1);
  expect(predicted.stderr).toMatch(/do not say how their images were prepared/);
});

test.each([
  ['no known format', Buffer.from('<html>not found</html>')],
  ['a cut off archive', 'torchvision-tiny.pth'],
])('%s ends with one line and leaves nothing', async (_, content) => {
  const source = join(folder, 'hostile.bin');
  const bytes =
    typeof content === 'string' ? (await readFile(fixture(content))).subarray(0, 900) : content;
  await writeFile(source, bytes);
  const { code, stderr } = await alexnet('convert', source, join(folder, 'never.safetensors'));
  expect(code).toBe(1);
  expect(stderr.trim().split('\n')).toHaveLength(1);
  expect((await readdir(folder)).filter((name) => name.startsWith('never'))).toEqual([]);
});
