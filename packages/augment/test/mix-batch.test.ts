import { describe, expect, it } from 'vitest';
import { drawBeta } from '../src/draw-beta.js';
import { createRng, cutmix, mixup } from '../src/index.js';

/** Three 4 × 4 images, filled with 1, 2 and 3, of classes 0, 1 and 2. */
function makeBatch() {
  const images = Float32Array.from({ length: 3 * 48 }, (_, i) => Math.floor(i / 48) + 1);
  const targets = Float32Array.from([1, 0, 0, 0, 1, 0, 0, 0, 1]);
  return { images, targets, batch: 3, height: 4, width: 4 };
}

describe('mixup', () => {
  it('blends every image and target with its predecessor', () => {
    const batch = makeBatch();
    const lambda = mixup(batch, 0.4, createRng(1));
    const mixed = (own: number, other: number) => Math.fround(lambda * own + (1 - lambda) * other);
    expect([0, 48, 96].map((i) => batch.images[i])).toEqual([
      mixed(1, 3),
      mixed(2, 1),
      mixed(3, 2),
    ]);
    expect([...batch.targets.subarray(0, 3)]).toEqual([mixed(1, 0), 0, mixed(0, 1)]);
    expect([...batch.targets.subarray(3, 6)]).toEqual([mixed(0, 1), mixed(1, 0), 0]);
  });
});

describe('cutmix', () => {
  it('pastes one box of the predecessor and mixes targets by the area that stayed', () => {
    const seen = new Set<number>();
    for (let i = 0; i < 100; i++) {
      const batch = makeBatch();
      const lambda = cutmix(batch, 1, createRng(2, 0, i));
      const first = batch.images.subarray(0, 48);
      const stayed = first.filter((value) => value === 1).length / 48;
      expect(first.every((value) => value === 1 || value === 3)).toBe(true);
      expect(lambda).toBeCloseTo(stayed, 12);
      expect(batch.targets[0]).toBe(Math.fround(lambda));
      expect(batch.targets[2]).toBe(Math.fround(1 - lambda));
      seen.add(stayed);
    }
    expect(seen.size).toBeGreaterThan(5);
  });

  it('refuses what is not a batch', () => {
    expect(() => cutmix({ ...makeBatch(), batch: 2 }, 1, createRng(1))).toThrow('not 144');
    expect(() => mixup(makeBatch(), 1.5, createRng(1))).toThrow('alpha must be in (0, 1]');
  });
});

describe('drawBeta', () => {
  it.each([0.2, 0.5, 1])('of α = %d has the mean and variance of Beta(α, α)', (alpha) => {
    const draws = Array.from({ length: 20_000 }, (_, i) => drawBeta(alpha, createRng(8, 1, i)));
    const mean = draws.reduce((sum, x) => sum + x, 0) / draws.length;
    const variance = draws.reduce((sum, x) => sum + (x - 0.5) ** 2, 0) / draws.length;
    // Var = 1 / (4·(2α + 1)); the errors of mean and variance are below 0.0036 and 0.0013.
    expect(Math.abs(mean - 0.5)).toBeLessThan(4 * 0.0036);
    expect(Math.abs(variance - 1 / (4 * (2 * alpha + 1)))).toBeLessThan(4 * 0.0013);
  });
});
