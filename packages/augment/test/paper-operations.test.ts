import { describe, expect, it } from 'vitest';
import { createPipeline, type OperationInput, prepareImage } from '../src/index.js';
import { plain, positionImage } from './image-helpers.js';
import { IMAGENET, runPipeline } from './run-pipeline.js';

const CROP: readonly OperationInput[] = [
  { op: 'resize' },
  { op: 'centralSquare' },
  { op: 'randomCrop' },
];
const CENTER: readonly OperationInput[] = [{ op: 'resize' }, { op: 'centerCrop' }];

const shapes = { small: positionImage(36), wide: positionImage(60, 36) };
const preprocessing = plain(36, 4);

const augment = (
  image: keyof typeof shapes,
  operations: readonly OperationInput[],
  index: number,
): Float32Array => runPipeline(operations, shapes[image], preprocessing, index);

describe('random crop', () => {
  it('is uniform over all 33 × 33 positions (chi-square)', () => {
    const counts = new Array<number>(33 * 33).fill(0);
    const draws = 100 * counts.length;
    for (let i = 0; i < draws; i++) {
      const [left = 0, top = 0] = augment('small', CROP, i);
      counts[top * 33 + left] = (counts[top * 33 + left] ?? 0) + 1;
    }
    const expected = draws / counts.length;
    const chiSquare = counts.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
    // 1,088 degrees of freedom: mean 1,088, deviation 46.6; five deviations either way.
    expect(chiSquare).toBeGreaterThan(1088 - 5 * 46.6);
    expect(chiSquare).toBeLessThan(1088 + 5 * 46.6);
  });

  it('stays inside the central square of a wide image', () => {
    const lefts = new Set<number>();
    for (let i = 0; i < 1000; i++) lefts.add(augment('wide', CROP, i)[0] ?? -1);
    expect(Math.min(...lefts)).toBe(12);
    expect(Math.max(...lefts)).toBe(12 + 32);
  });
});

describe('flip', () => {
  it('mirrors half of the images, whole', () => {
    const draws = 10_000;
    let flipped = 0;
    for (let i = 0; i < draws; i++) {
      const out = augment('small', [...CENTER, { op: 'randomFlip' }], i);
      const row = [out[0], out[3], out[6], out[9]];
      const mirrored = (row[0] ?? 0) > (row[3] ?? 0);
      expect(row).toEqual(mirrored ? [19, 18, 17, 16] : [16, 17, 18, 19]);
      if (mirrored) flipped++;
    }
    // Binomial deviation is 50; four of them.
    expect(Math.abs(flipped - draws / 2)).toBeLessThan(200);
  });
});

describe('fancy PCA', () => {
  /** Σ pᵢ pᵢᵀ·var(i): covariance the noise must have, [row][column] of RGB. */
  function theory(deviation: (eigenvalue: number) => number): number[][] {
    const { eigenvalues, eigenvectors } = IMAGENET;
    return [0, 1, 2].map((row) =>
      [0, 1, 2].map((column) =>
        eigenvectors.reduce((sum, p, i) => {
          const variance = deviation(eigenvalues[i] ?? 0) ** 2;
          return sum + (p[row] ?? 0) * (p[column] ?? 0) * variance;
        }, 0),
      ),
    );
  }

  it.each([
    ['paper', (value: number) => 0.1 * (value / 255)],
    ['deviation', (value: number) => 0.1 * Math.sqrt(value)],
    ['source2012', (value: number) => (0.1 * Math.sqrt(value)) / 1.1],
  ] as const)('of the %s form has the covariance of the theory', (form, deviation) => {
    const draws = 20_000;
    const gain = form === 'source2012' ? 1.1 : 1;
    const noise = Array.from({ length: draws }, (_, i) => {
      const out = augment('small', [...CENTER, { op: 'fancyPca', form }], i);
      // The center crop starts at pixel (16, 16) = [16, 16, 32].
      return [(out[0] ?? 0) - 16 / gain, (out[1] ?? 0) - 16 / gain, (out[2] ?? 0) - 32 / gain];
    });
    const expected = theory(deviation);
    for (const row of [0, 1, 2]) {
      for (const column of [0, 1, 2]) {
        const found = noise.reduce((sum, n) => sum + (n[row] ?? 0) * (n[column] ?? 0), 0) / draws;
        const scale = Math.sqrt((expected[row]?.[row] ?? 0) * (expected[column]?.[column] ?? 0));
        // The error of a covariance is at most √2·scale/√draws = 0.01·scale; four of them.
        expect(Math.abs(found - (expected[row]?.[column] ?? 0))).toBeLessThan(0.04 * scale);
      }
    }
  });

  it('is as strong as documented on ImageNet: 5.8 and 12.2 gray levels along p₁', () => {
    expect((0.1 * IMAGENET.eigenvalues[0]) / 255).toBeCloseTo(5.8, 1);
    expect(0.1 * Math.sqrt(IMAGENET.eigenvalues[0])).toBeCloseTo(12.2, 1);
  });

  it('adds the same to every pixel of an image', () => {
    const out = augment('small', [...CENTER, { op: 'fancyPca' }], 3);
    const without = augment('small', CENTER, 3);
    const added = Array.from(out, (value, i) => value - (without[i] ?? 0));
    for (let i = 3; i < added.length; i++) {
      expect(added[i]).toBeCloseTo(added[i % 3] ?? Number.NaN, 4);
    }
  });

  it('needs the colors of the training set', () => {
    const operations = [...CENTER, { op: 'fancyPca' }, { op: 'normalize' }] as const;
    expect(() => createPipeline(operations, { preprocessing })).toThrow(
      'augment[2]: fancyPca needs the colors of the training set',
    );
  });
});

describe('a pipeline', () => {
  it('of a center crop is prepareImage', () => {
    expect(augment('wide', CENTER, 9)).toEqual(prepareImage(shapes.wide, preprocessing));
  });

  it('draws the same crop whether flip and noise are on or off, and the same flip after either crop', () => {
    const still = { op: 'fancyPca', sd: 1e-9 } as const;
    for (let i = 0; i < 20; i++) {
      const all = augment('small', [...CROP, { op: 'randomFlip' }, still], i);
      const crop = augment('small', CROP, i);
      expect(Math.round(all[1] ?? 0)).toBe(crop[1]);
      const center = augment('small', [...CENTER, { op: 'randomFlip' }], i);
      const mirrored = (row: Float32Array) => (row[0] ?? 0) > (row[3] ?? 0);
      expect(mirrored(all)).toBe(mirrored(center));
    }
  });

  it('writes where it is told, and nowhere else', () => {
    const out = new Float32Array(48 * 3).fill(-1);
    const pipeline = createPipeline([...CENTER, { op: 'normalize' }], { preprocessing });
    pipeline.at({ seed: 1, epoch: 0, first: 0 }).write(out, 48, shapes.small, 0);
    expect(out.subarray(48, 96)).toEqual(prepareImage(shapes.small, preprocessing));
    expect([...out.subarray(0, 48), ...out.subarray(96)].every((value) => value === -1)).toBe(true);
  });
});
