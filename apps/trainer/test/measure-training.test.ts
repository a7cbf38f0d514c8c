import type { Dataset, RgbImage } from '@alexnet/data';
import { expect, test } from 'vitest';
import { measureMeanImage } from '../src/measure-training.js';

const image = (
  width: number,
  height: number,
  value: (x: number, y: number) => number,
): RgbImage => ({
  width,
  height,
  data: Uint8Array.from({ length: width * height * 3 }, (_, i) => {
    const pixel = Math.floor(i / 3);
    return value(pixel % width, Math.floor(pixel / width)) + (i % 3);
  }),
});

const data = (images: readonly RgbImage[], more: Partial<Dataset> = {}) =>
  ({
    train: {
      records: images.map((_, i) => ({ id: `${i}`, label: 0 })),
      image: async (i: number) => images[i] ?? Promise.reject(new Error('broken')),
    },
    ...more,
  }) as unknown as Dataset;

test('the mean image is that of central squares, of all images that can be read', async () => {
  const wide = image(6, 2, (x, y) => 10 * x + 100 * y);
  const square = image(2, 2, () => 50);
  const { height, width, data: mean } = await measureMeanImage(data([wide, square]), 2);
  expect([height, width]).toEqual([2, 2]);
  // Columns 2 and 3 of the wide one.
  expect([...mean]).toEqual([35, 36, 37, 40, 41, 42, 85, 86, 87, 90, 91, 92]);
});

test('a pack of that size has measured it', async () => {
  const packed = { height: 2, width: 2, data: new Float32Array(12).fill(9) };
  const source = data([image(2, 2, () => 50)], { meanImage: async () => packed });
  expect(await measureMeanImage(source, 2)).toBe(packed);
  expect((await measureMeanImage(source, 1)).data).toEqual(Float32Array.of(50, 51, 52));
});
