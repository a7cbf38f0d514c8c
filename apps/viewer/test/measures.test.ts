import { measureImageColors } from '@alexnet/augment';
import { describe, expect, it } from 'vitest';
import { rankCorrelation } from '../src/lib/explain/rank-correlation.js';
import { filterMeasures } from '../src/lib/filters/filter-measures.js';
import { filterTiles } from '../src/lib/filters/filter-tiles.js';
import { smoothness } from '../src/lib/filters/smoothness.js';
import { pixelCovariance } from '../src/lib/images/pixel-covariance.js';
import { relativeError } from '../src/lib/network/tolerance.js';
import { testImage } from './support/images.js';

const SIDE = 11;

/** HWIO filters [11, 11, 3, n] from one function per filter. */
function filters(...draw: ((x: number, y: number) => readonly [number, number, number])[]) {
  const data = new Float32Array(SIDE * SIDE * 3 * draw.length);
  for (let i = 0; i < data.length; i++) {
    const filter = i % draw.length;
    const channel = Math.floor(i / draw.length) % 3;
    const pixel = Math.floor(i / draw.length / 3);
    data[i] = draw[filter]?.(pixel % SIDE, Math.floor(pixel / SIDE))[channel] ?? 0;
  }
  return { shape: [SIDE, SIDE, 3, draw.length], data };
}

const wave = (x: number) => Math.cos((2 * Math.PI * x) / 4);
const gray = (x: number) => [wave(x), wave(x), wave(x)] as const;
const redOnly = (x: number) => [wave(x), 0, 0] as const;
const opponent = (_x: number, y: number) => [wave(y), -wave(y), 0] as const;
const blob = () => [1, 1, 1] as const;

describe('measures of filters', () => {
  it('give what research/viewer.md computed for gray, one channel and opponent colors', () => {
    const [a, b, c, d] = filterMeasures(filters(gray, redOnly, opponent, blob));
    expect(a?.chroma).toBeCloseTo(0, 6);
    expect(b?.chroma).toBeCloseTo(2 / 3, 6);
    expect(c?.chroma).toBeCloseTo(1, 6);
    expect(a?.frequency).toBeCloseTo(0.25, 1);
    expect(a?.orientation).toBeCloseTo(0, 0);
    expect(c?.orientation).toBeCloseTo(90, 0);
    expect(d?.frequency).toBe(0);
    expect(d?.norm).toBeCloseTo(Math.sqrt(363), 4);
  });

  it('tell smooth filters from noise', () => {
    let state = 1;
    const next = () => {
      state = (state * 16807) % 2147483647;
      return state / 2147483647 - 0.5;
    };
    const noise = () => [next(), next(), next()] as const;
    expect(Math.abs(smoothness(filters(noise, noise, noise, noise)))).toBeLessThan(0.1);
    expect(smoothness(filters(blob))).toBeGreaterThan(0.9);
  });
});

describe('colors of an image', () => {
  it('give a covariance that weighs a filter by how much such colors occur', () => {
    const noisy = testImage(40, 40);
    const covariance = pixelCovariance(noisy);
    const { std } = measureImageColors([noisy]);
    expect(Math.sqrt(covariance?.[0]?.[0] ?? 0)).toBeCloseTo(std[0], 3);
    expect(covariance?.[0]?.[1]).toBeCloseTo(covariance?.[1]?.[0] ?? Number.NaN, 6);
  });

  it('give none for a gray image', () => {
    const data = Uint8Array.from({ length: 300 }, (_, i) => Math.floor(i / 3));
    expect(pixelCovariance({ width: 10, height: 10, data })).toBeNull();
  });
});

describe('small tools', () => {
  it('correlate ranks with ties', () => {
    expect(
      rankCorrelation(Float32Array.of(1, 2, 2, 9), Float32Array.of(10, 20, 20, 21)),
    ).toBeCloseTo(1, 9);
    expect(rankCorrelation(Float32Array.of(1, 2, 3), Float32Array.of(3, 2, 1))).toBeCloseTo(-1, 9);
    expect(rankCorrelation(Float32Array.of(1, 2, 3), Float32Array.of(5, 5, 5))).toBe(0);
  });

  it('never call a NaN equal', () => {
    expect(relativeError(Float32Array.of(1, Number.NaN, 3), Float32Array.of(1, 2, 3))).toBe(
      Number.POSITIVE_INFINITY,
    );
    expect(relativeError(Float32Array.of(1, 2), Float32Array.of(1, 4))).toBe(0.5);
  });
});

describe('filter tiles', () => {
  it('put zero at mid gray and the largest weight at the end of the scale', () => {
    // Node has no ImageData; this one holds what the function writes.
    globalThis.ImageData ??= class {
      readonly data: Uint8ClampedArray;
      constructor(width: number, height: number) {
        this.data = new Uint8ClampedArray(width * height * 4);
      }
    } as unknown as typeof ImageData;
    const faint = () => [0.25, 0, -0.25] as const;
    const loud = () => [1, 0, -1] as const;
    const first = (scale: 'filter' | 'global', view: 'rgb' | 'gray' = 'rgb') =>
      Array.from(filterTiles(filters(faint, loud), view, scale)[0]?.data.subarray(0, 4) ?? []);
    expect(first('filter')).toEqual([255, 128, 0, 255]);
    expect(first('global')).toEqual([159, 128, 96, 255]);
    expect(first('filter', 'gray')).toEqual([128, 128, 128, 255]);
  });
});
