import { expect, test } from 'vitest';
import { prefetch } from '../src/prefetch.js';

test('prefetch keeps the order, runs ahead by its depth and reports a failure at its turn', async () => {
  const loading: number[] = [];
  const load = async (item: number) => {
    loading.push(item);
    if (item === 3) throw new Error('third');
    return item * 10;
  };
  const got: number[] = [];
  const reading = async () => {
    for await (const value of prefetch([1, 2, 3, 4], load, 2)) {
      if (got.length === 0) expect(loading).toEqual([1, 2, 3]);
      got.push(value);
    }
  };
  await expect(reading()).rejects.toThrow('third');
  expect(got).toEqual([10, 20]);
});
