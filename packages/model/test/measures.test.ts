import { describe, expect, it } from 'vitest';
import type { Weight } from '../src/index.js';
import { compareTowers, hypergeometricTail, measureFilterColors } from '../src/measures/index.js';

type Pixel = readonly [r: number, g: number, b: number];

const SIDE = 11;

/** Kernels whose color is known by construction: a value at every centerd position. */
function kernels(...draw: ((x: number, y: number) => Pixel)[]): Weight {
  const data = new Float32Array(SIDE * SIDE * 3 * draw.length);
  for (let pixel = 0; pixel < SIDE * SIDE; pixel++) {
    const x = (pixel % SIDE) - 5;
    const y = Math.floor(pixel / SIDE) - 5;
    draw.forEach((at, filter) => {
      at(x, y).forEach((value, channel) => {
        data[(pixel * 3 + channel) * draw.length + filter] = value;
      });
    });
  }
  return { shape: [SIDE, SIDE, 3, draw.length], data };
}

const blob = (x: number, y: number) => Math.exp(-(x * x + y * y) / 8);
const gabor = (x: number, y: number) => blob(x, y) * Math.sin((2 * Math.PI * x) / 5);
const times = (value: number, [r, g, b]: Pixel): Pixel => [value * r, value * g, value * b];

const GRAY: Pixel = [1, 1, 1];
const RED: Pixel = [1, 0, 0];
const RED_GREEN: Pixel = [1, -1, 0];
const YELLOW_BLUE: Pixel = [1, 1, -2];

const [grayGabor, redGreenBlob, redGreenEdge, redGabor, yellowBlueBlob, nothing] =
  measureFilterColors(
    kernels(
      (x, y) => times(gabor(x, y), GRAY),
      (x, y) => times(blob(x, y), RED_GREEN),
      (x, y) => times(gabor(x, y), RED_GREEN),
      (x, y) => times(gabor(x, y), RED),
      (x, y) => times(blob(x, y), YELLOW_BLUE),
      () => [0, 0, 0],
    ),
  );

describe('color of a filter', () => {
  it('is none in a gray Gabor', () => {
    expect(grayGabor).toMatchObject({
      kind: 'luminance',
      uniformity: null,
      opponency: null,
      hueAxis: null,
    });
    expect(grayGabor?.chroma).toBeCloseTo(0, 12);
    expect(grayGabor?.sensitivityRatio).toBeCloseTo(0, 6);
  });

  it('is single opponent in a blob of red against green', () => {
    expect(redGreenBlob).toMatchObject({ kind: 'color', opponency: 'single' });
    expect(redGreenBlob?.chroma).toBeCloseTo(1, 12);
    expect(redGreenBlob?.uniformity).toBeCloseTo(1, 12);
    expect(redGreenBlob?.hueAxis).toBeCloseTo(0, 6);
    expect(redGreenBlob?.sensitivityContrast).toBeCloseTo(1, 12);
  });

  it('is double opponent in an edge of red against green', () => {
    expect(redGreenEdge).toMatchObject({ kind: 'color', opponency: 'double' });
    expect(redGreenEdge?.uniformity).toBeLessThan(1e-6);
  });

  it('lies on the other axis in yellow against blue', () => {
    expect(yellowBlueBlob?.hueAxis).toBeCloseTo(90, 5);
  });

  it('is two thirds of a kernel that looks at red alone, √2 its sensitivity ratio', () => {
    expect(redGabor?.chroma).toBeCloseTo(2 / 3, 12);
    expect(redGabor?.sensitivityRatio).toBeCloseTo(Math.SQRT2, 6);
    expect(redGabor?.kind).toBe('color-luminance');
  });

  it('is nothing in a dead filter', () => {
    expect(nothing).toMatchObject({ norm: 0, chroma: 0, sensitivityRatio: 0, kind: 'luminance' });
  });

  it('counts less among natural, mostly gray pixels', () => {
    // Gray direction 100 times the variance of both color directions: Σ = I + 99 l lᵀ.
    const [on, off] = [1 + 33, 33];
    const covariance = [
      [on, off, off],
      [off, on, off],
      [off, off, on],
    ] as const;
    const [red] = measureFilterColors(
      kernels((x, y) => times(gabor(x, y), RED)),
      { covariance },
    );
    expect(red?.naturalChroma).toBeCloseTo(2 / (2 + 100), 9);
    expect(redGabor?.naturalChroma).toBeNull();
  });

  it('needs three channels', () => {
    expect(() => measureFilterColors({ shape: [5, 5, 1, 6], data: new Float32Array(150) })).toThrow(
      'Color is measured on filters [height, width, 3, filters], not [5, 5, 1, 6].',
    );
  });
});

describe('two towers', () => {
  it('that differ completely', () => {
    const result = compareTowers([0, 0.1, 0.2, 0.3, 0.4, 0.6, 0.7, 0.8, 0.9, 1]);
    expect(result.auc).toBe(1);
    expect(result.difference).toBeCloseTo(0.6, 12);
    // 2 of the C(10, 5) = 252 splits are as extreme.
    expect(result.p).toBeGreaterThan(0.004);
    expect(result.p).toBeLessThan(0.013);
    expect(result.randomSplits.difference).toBeLessThan(0.3);
  });

  it('that are alike, with ties', () => {
    const result = compareTowers([1, 2, 3, 3, 1, 2, 3, 3]);
    expect(result).toMatchObject({ auc: 0.5, difference: 0, p: 1 });
    const [low, high] = result.randomSplits.auc;
    expect(low).toBeLessThan(0.5);
    expect(high).toBeCloseTo(1 - low, 1);
  });

  it('repeat for a seed', () => {
    const scores = Array.from({ length: 96 }, (_, i) => Math.sin(i * i));
    expect(compareTowers(scores, { seed: 1 })).toEqual(compareTowers(scores, { seed: 1 }));
    expect(compareTowers(scores, { seed: 1 }).p).not.toBe(compareTowers(scores, { seed: 2 }).p);
  });

  it('hold all 9 color units in 32 of 256 by luck less than once in 10⁸ (Voss et al. 2021)', () => {
    const p = hypergeometricTail(256, 9, 32, 9);
    expect(p).toBeLessThan(1e-8);
    expect(p).toBeGreaterThan(1e-9);
    expect(hypergeometricTail(96, 10, 48, 0)).toBeCloseTo(1, 12);
  });
});
