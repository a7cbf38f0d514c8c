import { describe, expect, it } from 'vitest';
import { createEpochOrder } from '../src/index.js';

describe('createEpochOrder', () => {
  it('is a permutation that depends on seed and epoch alone', () => {
    const order = createEpochOrder(1000, 1, 2);
    expect([...order].sort((a, b) => a - b)).toEqual(Array.from({ length: 1000 }, (_, i) => i));
    expect(createEpochOrder(1000, 1, 2)).toEqual(order);
    expect(createEpochOrder(1000, 1, 3)).not.toEqual(order);
    expect(createEpochOrder(1000, 2, 2)).not.toEqual(order);
  });

  it('puts every image at every place equally often (chi-square)', () => {
    const counts = new Array<number>(100).fill(0);
    for (let epoch = 0; epoch < 20_000; epoch++) {
      for (const [place, image] of createEpochOrder(10, 3, epoch).entries()) {
        counts[place * 10 + image] = (counts[place * 10 + image] ?? 0) + 1;
      }
    }
    const chiSquare = counts.reduce((sum, count) => sum + (count - 2000) ** 2 / 2000, 0);
    // 81 degrees of freedom: mean 81, deviation 12.7; five of them.
    expect(chiSquare).toBeLessThan(81 + 5 * 12.7);
  });
});
