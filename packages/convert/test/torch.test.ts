import { describe, expect, it } from 'vitest';
import { bytesSource } from '../src/index.js';
import { readTorch, writeTorch } from '../src/torch/index.js';
import { fixture, golden, withoutChecksums } from './golden.js';
import { noise } from './networks.js';

async function load(bytes: Uint8Array) {
  const tensors = await readTorch(bytes);
  const read = [...tensors].map(async ([name, { dtype, shape, read }]) => ({
    name,
    dtype,
    shape,
    values: Array.from(await read()),
  }));
  return Promise.all(read);
}

const numbers = (length: number) => Array.from({ length }, (_, index) => index / 8 - 1);
const base = numbers(24);
/** Rows 1 to 3 of a 6 × 4 matrix, transposed. */
const transposed = [0, 1, 2, 3].flatMap((column) => [1, 2, 3].map((row) => base[row * 4 + column]));

const classifier = [
  { name: 'classifier.1.weight', dtype: 'f32', shape: [4, 3], values: transposed },
  { name: 'classifier.1.bias', dtype: 'f32', shape: [4], values: base.slice(20) },
];
const stateDict = [
  { name: 'features.0.weight', dtype: 'f32', shape: [2, 3, 2, 2], values: numbers(24) },
  { name: 'features.0.bias', dtype: 'f16', shape: [2], values: numbers(2) },
  ...classifier,
  {
    name: 'classifier.4.weight',
    dtype: 'f64',
    shape: [2, 2],
    values: numbers(4).map((value) => Math.fround(value / 3)),
  },
  { name: 'classifier.4.bias', dtype: 'bf16', shape: [3], values: numbers(3) },
  { name: 'empty', dtype: 'f32', shape: [0, 3], values: [] },
];

describe('readTorch', () => {
  it.each([
    ['torch-zip.pth', stateDict],
    ['torch-legacy.pth', stateDict],
    ['torch-training.pth', stateDict],
    ['torch-training-legacy.pth', stateDict],
    ['torch-tar.pth', classifier],
  ])('reads %s, made by torch', async (name, expected) => {
    expect(await load(fixture(name))).toEqual(expected);
  });

  it.each(['torch-module.pth', 'torch-module-legacy.pth'])(
    'walks the whole module in %s',
    async (name) => {
      const tensors = await load(fixture(name));
      expect(tensors.map(({ name }) => name)).toEqual([
        'features.0.weight',
        'features.0.bias',
        'norm.weight',
        'norm.bias',
        'norm.running_mean',
        'norm.running_var',
        'classifier.1.weight',
        'classifier.1.bias',
      ]);
      expect(tensors[0]?.values).toEqual(numbers(24));
      expect(tensors[6]?.values).toEqual(transposed);
    },
  );

  it('reads only the numbers asked for', async () => {
    const bytes = fixture('torch-zip.pth');
    let total = 0;
    const source = bytesSource(bytes, { onProgress: (read) => (total = read) });
    const tensors = await readTorch(source);
    const before = total;
    await tensors.get('classifier.1.bias')?.read();
    expect(total - before).toBe(16);
  });

  it('stops when aborted', async () => {
    const controller = new AbortController();
    const source = bytesSource(fixture('torch-zip.pth'), { signal: controller.signal });
    const tensors = await readTorch(source);
    controller.abort(new Error('enough'));
    await expect(tensors.get('features.0.weight')?.read()).rejects.toThrow('enough');
  });

  it('makes no gigabyte out of one number repeated by a stride of 0', async () => {
    const bytes = withoutChecksums(
      writeTorch(new Map([['w', { shape: [3, 5], data: noise(15, 1) }]])),
    );
    // J5 J1, the strides of [3, 5] behind their mark, become J0 J0.
    const strides = Buffer.from([0x4a, 5, 0, 0, 0, 0x4a, 1, 0, 0, 0]);
    const place = Buffer.from(bytes).lastIndexOf(strides);
    bytes[place + 1] = 0;
    bytes[place + 6] = 0;
    const sides = Buffer.from(bytes).indexOf(Buffer.from([0x4a, 3, 0, 0, 0, 0x4a, 5, 0, 0, 0]));
    bytes[sides + 3] = 0x10; // 3 + 2^20 rows
    await expect(readTorch(bytes)).rejects.toThrow('more numbers than its storage');
  });

  it.each([
    ['a web page', '<html>', 'not-this-format'],
    ['nothing', '', 'not-this-format'],
    ['text', 'weights', 'not-this-format'],
  ])('refuses %s', async (_name, text, code) => {
    const bytes = new TextEncoder().encode(text);
    await expect(readTorch(bytes)).rejects.toThrow(expect.objectContaining({ code }));
  });
});

describe('writeTorch', () => {
  const tensors = new Map([
    ['conv1.weight', { shape: [3, 2, 2, 2], data: noise(24, 1) }],
    ['conv1.bias', { shape: [3], data: noise(3, 2) }],
  ]);

  it.each([
    ['written.pth', 'f32'],
    ['written-f16.pth', 'f16'],
  ] as const)('writes %s as torch.load(weights_only=True) was seen to read it', (name, dtype) => {
    const bytes = writeTorch(tensors, { dtype });
    expect(Buffer.from(bytes).equals(golden(name, bytes))).toBe(true);
  });

  it('is read back bit for bit, numbers on 64-byte borders', async () => {
    const bytes = writeTorch(tensors);
    const read = await readTorch(bytes);
    for (const [name, { shape, data }] of tensors) {
      const tensor = read.get(name);
      expect(tensor?.shape).toEqual(shape);
      expect(await tensor?.read()).toEqual(data);
      const needle = Buffer.from(data.buffer, data.byteOffset, data.byteLength);
      expect(Buffer.from(bytes).indexOf(needle) % 64).toBe(0);
    }
  });
});
