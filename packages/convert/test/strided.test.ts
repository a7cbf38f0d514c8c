import { asSource } from '@alexnet/files';
import { describe, expect, it } from 'vitest';
import { columnMajor, rowMajor, type Storage, stridedTensor } from '../src/tensors/strided.js';

/** The numbers 0, 1, 2 … */
function storage(length: number, bigEndian = false): Storage {
  const view = new DataView(new ArrayBuffer(4 * length));
  for (let i = 0; i < length; i++) view.setFloat32(4 * i, i, !bigEndian);
  return { dtype: 'f32', length, source: asSource(new Uint8Array(view.buffer)), bigEndian };
}
const read = async (...view: Parameters<typeof stridedTensor>) => [
  ...(await stridedTensor(...view).read()),
];

describe('strides, as numpy has them', () => {
  it.each([
    ['row-major', [2, 3, 4], rowMajor, [12, 4, 1]],
    ['column-major', [2, 3, 4], columnMajor, [1, 2, 6]],
    ['of a scalar', [], rowMajor, []],
  ] as const)('%s', (_, shape, stridesOf, expected) => {
    expect(stridesOf(shape)).toEqual(expected);
  });

  it.each([
    ['all', { offset: 0, shape: [2, 3], strides: [3, 1] }, [0, 1, 2, 3, 4, 5]],
    ['turned', { offset: 0, shape: [3, 2], strides: [1, 3] }, [0, 3, 1, 4, 2, 5]],
    ['a column', { offset: 1, shape: [2], strides: [3] }, [1, 4]],
    ['from the middle', { offset: 2, shape: [2, 2], strides: [2, 1] }, [2, 3, 4, 5]],
    ['three axes', { offset: 0, shape: [1, 2, 2], strides: [9, 1, 2] }, [0, 2, 1, 3]],
    ['a side of 1 with any stride', { offset: 4, shape: [1, 2], strides: [7, 1] }, [4, 5]],
    ['nothing', { offset: 6, shape: [0, 3], strides: [3, 1] }, []],
    ['one number', { offset: 5, shape: [], strides: [] }, [5]],
  ])('read %s of six numbers', async (_, view, expected) => {
    expect(await read('w', storage(6), view)).toEqual(expected);
    expect(await read('w', storage(6, true), view)).toEqual(expected);
  });

  it('gives the bytes as they lie where they are row-major and little-endian, not else', () => {
    const bytesOf = (own: Storage, strides: readonly number[]) =>
      stridedTensor('w', own, { offset: 0, shape: [2, 3], strides }).bytes;
    expect(bytesOf(storage(6), [3, 1])?.size).toBe(24);
    expect(bytesOf(storage(6), [1, 2])).toBeUndefined();
    expect(bytesOf(storage(6, true), [3, 1])).toBeUndefined();
  });

  it.each([
    [{ offset: 0, shape: [2, 3], strides: [1] }, '"w" has an impossible shape or stride'],
    [{ offset: 0, shape: [-1], strides: [1] }, '"w" has an impossible shape or stride'],
    [{ offset: 0, shape: [1.5], strides: [1] }, '"w" has an impossible shape or stride'],
    [
      { offset: 0, shape: Array(17).fill(1), strides: Array(17).fill(1) },
      '"w" has an impossible shape or stride',
    ],
    [{ offset: 0, shape: [2 ** 28 + 1], strides: [1] }, '"w" of 268435457 numbers'],
    [{ offset: 0, shape: [7], strides: [0] }, '"w" has more numbers than its storage'],
    [{ offset: 1, shape: [6], strides: [1] }, '"w" reaches outside its 6 numbers'],
    [{ offset: 0, shape: [3], strides: [3] }, '"w" reaches outside its 6 numbers'],
    [{ offset: -1, shape: [2], strides: [1] }, '"w" reaches outside its 6 numbers'],
    [{ offset: 3, shape: [2], strides: [-1] }, '"w" reaches outside its 6 numbers'],
    [{ offset: 7, shape: [0], strides: [1] }, '"w" reaches outside its 6 numbers'],
  ])('refuse %j', (view, message) => {
    expect(() => stridedTensor('w', storage(6), view)).toThrow(message);
  });
});
