import { describe, expect, it } from 'vitest';
import { drawBeta } from '../src/draw-beta.js';
import { type Batch, createPipeline, createRng, makeBatch } from '../src/index.js';
import { plain } from './image-helpers.js';

/** Three 4 × 4 images, filled with 1, 2 and 3, of classes 0, 1 and 2, through batch operations. */
async function mixed(operation: object, first = 0): Promise<Batch> {
  const operations = [{ op: 'resize' }, { op: 'centerCrop' }, { op: 'normalize' }, operation];
  const pipeline = createPipeline(operations as never, { preprocessing: plain(4, 4) });
  const source = {
    records: [0, 1, 2].map((label) => ({ id: `${label}`, label })),
    image: async (i: number) => ({ width: 4, height: 4, data: new Uint8Array(48).fill(i + 1) }),
  };
  const maker = pipeline.at({ seed: 2, epoch: 0, first });
  return makeBatch(source, [0, 1, 2], maker, { classes: 3 });
}

describe('mixup', () => {
  it('blends every image and target with its predecessor', async () => {
    const { pixels, targets, labels } = await mixed({ op: 'mixup', alpha: 0.4 });
    const lambda = targets[0] ?? 0;
    expect(lambda > 0 && lambda < 1).toBe(true);
    const blend = (own: number, other: number) => lambda * own + (1 - lambda) * other;
    for (const [i, value] of [blend(1, 3), blend(2, 1), blend(3, 2)].entries()) {
      expect(pixels[i * 48]).toBeCloseTo(value, 6);
      expect(pixels[i * 48 + 47]).toBe(pixels[i * 48]);
    }
    const rows = [blend(1, 0), 0, blend(0, 1), blend(0, 1), blend(1, 0), 0];
    for (const [i, value] of rows.entries()) expect(targets[i]).toBeCloseTo(value, 6);
    expect([...labels]).toEqual([0, 1, 2]);
  });

  it('draws anew for every batch, and leaves as many alone as asked', async () => {
    const alone = new Set<number>();
    let kept = 0;
    for (let first = 0; first < 300; first++) {
      const { targets } = await mixed({ op: 'mixup', alpha: 1, probability: 0.25 }, first);
      if (targets[0] === 1) kept++;
      else alone.add(targets[0] ?? 0);
    }
    // Binomial deviation of 300 draws at three quarters is 7.5; four of them.
    expect(Math.abs(kept - 225)).toBeLessThan(30);
    expect(alone.size).toBe(300 - kept);
  });
});

describe('cutmix', () => {
  it('pastes one box of the predecessor and mixes targets by the area that stayed', async () => {
    const seen = new Set<number>();
    for (let i = 0; i < 100; i++) {
      const { pixels, targets } = await mixed({ op: 'cutmix' }, i);
      const first = pixels.subarray(0, 48);
      const stayed = first.filter((value) => value === 1).length / 48;
      expect(first.every((value) => value === 1 || value === 3)).toBe(true);
      expect(targets[0]).toBeCloseTo(stayed, 6);
      expect(targets[2]).toBeCloseTo(1 - stayed, 6);
      seen.add(stayed);
    }
    expect(seen.size).toBeGreaterThan(5);
  });
});

describe('label smoothing', () => {
  it('keeps 1 − amount and spreads the rest over all classes', async () => {
    const { targets } = await mixed({ op: 'labelSmoothing', amount: 0.3 });
    const [own, other] = [0.7 + 0.1, 0.1];
    for (const [i, value] of [own, other, other, other, own].entries()) {
      expect(targets[i]).toBeCloseTo(value, 6);
    }
  });
});

describe('class weights', () => {
  it('weigh every class and keep the mean, as PyTorch does', async () => {
    const { targets } = await mixed({ op: 'classWeights', weights: [1, 2, 3] });
    // One of each class: weights 1, 2, 3 over their mean 2.
    const rows = [0.5, 0, 0, 0, 1, 0, 0, 0, 1.5];
    for (const [i, value] of rows.entries()) expect(targets[i]).toBeCloseTo(value, 6);
  });

  it('are counted when they are to be balanced', async () => {
    const operations = ['resize', 'centerCrop', 'normalize', 'classWeights'].map((op) => ({ op }));
    const context = { preprocessing: plain(4, 4), classCounts: [1, 3, 0] };
    const pipeline = createPipeline(operations as never, context);
    const records = [0, 1, 1, 1].map((label, i) => ({ id: `${i}`, label }));
    const image = async () => ({ width: 4, height: 4, data: new Uint8Array(48) });
    const maker = pipeline.at({ seed: 1, epoch: 0, first: 0 });
    const { targets } = await makeBatch({ records, image }, [0, 1, 2, 3], maker, { classes: 3 });
    // 4 / (3 · 1) and 4 / (3 · 3), scaled so that the batch counts four images.
    for (const [i, value] of [2, 2 / 3, 2 / 3, 2 / 3].entries()) {
      expect(targets[i * 3 + (i === 0 ? 0 : 1)]).toBeCloseTo(value, 6);
    }
  });

  it('cannot be balanced where nobody counted the classes', async () => {
    await expect(mixed({ op: 'classWeights' })).rejects.toThrow('0 weights for 3 classes');
  });

  it('must be as many as there are classes', () => {
    const operations = [
      ...['resize', 'centerCrop', 'normalize'].map((op) => ({ op })),
      { op: 'classWeights', weights: [1] },
    ];
    const context = { preprocessing: plain(4, 4), classCounts: [1, 3] };
    expect(() => createPipeline(operations as never, context)).toThrow(
      'augment[3]: classWeights has 1 weights for 2 classes',
    );
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
