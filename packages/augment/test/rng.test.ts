import { describe, expect, it } from 'vitest';
import { createRng } from '../src/index.js';
import { inverseNormal } from '../src/inverse-normal.js';
import { philox4x32 } from '../src/philox.js';

describe('philox4x32', () => {
  // Known answers of the authors' Random123 library (kat_vectors, philox4x32 10).
  it.each([
    [
      [0, 0, 0, 0],
      [0, 0],
      [0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8],
    ],
    [
      [0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff],
      [0xffffffff, 0xffffffff],
      [0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd],
    ],
    [
      [0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344],
      [0xa4093822, 0x299f31d0],
      [0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1],
    ],
  ])('%j with key %j', (counter, [key0 = 0, key1 = 0], answer) => {
    const state = Uint32Array.from(counter);
    philox4x32(state, key0, key1);
    expect([...state]).toEqual(answer);
  });
});

describe('inverseNormal', () => {
  // Python's statistics.NormalDist().inv_cdf, the same algorithm with the C library's logarithm.
  it.each([
    [0.2, -0.8416212335729142],
    [0.3, -0.5244005127080407],
    [0.9, 1.2815515655446008],
    [0.9999, 3.7190164854557084],
    [2 ** -33, -6.337957754553789],
  ])('of %d is %d', (p, quantile) => {
    expect(Math.abs(inverseNormal(p) / quantile - 1)).toBeLessThan(1e-15);
  });

  it('of one half is 0', () => expect(inverseNormal(0.5)).toBe(0));
});

describe('createRng', () => {
  it('gives the same stream for the same key and another for any other', () => {
    const draw = (...key: number[]) => {
      const rng = createRng(...key);
      return [rng.next(), rng.below(1000), rng.normal(), rng.next(), rng.next()];
    };
    expect(draw(1, 2, 3)).toEqual(draw(1, 2, 3));
    const others = [draw(1, 2, 4), draw(1, 3, 3), draw(2, 2, 3), draw(2, 1, 3), draw(1, 2, 3, 1)];
    for (const other of others) expect(other).not.toEqual(draw(1, 2, 3));
  });

  it('pins the stream, which saved runs depend on', () => {
    const rng = createRng(7, 1, 42);
    expect([rng.next(), rng.below(33), rng.normal()]).toMatchInlineSnapshot(`
      [
        0.3795175750274211,
        21,
        -1.532087108676129,
      ]
    `);
  });

  it('has independent normals across keys: mean 0, deviation 1, no correlation', () => {
    const n = 20_000;
    const draws = Array.from({ length: n }, (_, i) => {
      const rng = createRng(5, 0, i);
      return [rng.normal(), rng.normal()] as const;
    });
    const mean = draws.reduce((sum, [a]) => sum + a, 0) / n;
    const variance = draws.reduce((sum, [a]) => sum + a * a, 0) / n;
    const between = draws.reduce((sum, [a, b]) => sum + a * b, 0) / n;
    const next = draws.reduce((sum, [a], i) => sum + a * (draws[i + 1]?.[0] ?? 0), 0) / n;
    const sigma = 1 / Math.sqrt(n);
    expect(Math.abs(mean)).toBeLessThan(4 * sigma);
    expect(Math.abs(variance - 1)).toBeLessThan(4 * sigma * Math.SQRT2);
    expect(Math.abs(between)).toBeLessThan(4 * sigma);
    expect(Math.abs(next)).toBeLessThan(4 * sigma);
  });

  it('refuses keys that are not whole numbers', () => {
    expect(() => createRng(1.5)).toThrow('not (1.5)');
    expect(() => createRng(1, -1)).toThrow('whole numbers');
    expect(() => createRng()).toThrow('one to five');
  });
});
