import { describe, expect, it } from 'vitest';
import {
  augmentInto,
  centerCropOp,
  centralSquareOp,
  colorJitterOp,
  createChain,
  createRng,
  fancyPcaOp,
  measureColors,
  normalizeOp,
  type RgbImage,
  randomCropOp,
  randomErasingOp,
  randomFlipOp,
  randomResizedCropOp,
  resizeOp,
} from '../src/index.js';
import { plain, positionImage } from './image-helpers.js';

const normalize = normalizeOp({ ...plain(1, 1), mean: [100, 100, 100], std: [64, 64, 64] });
const solid = (side: number, rgb: readonly number[]): RgbImage => ({
  width: side,
  height: side,
  data: Uint8Array.from({ length: side * side * 3 }, (_, i) => rgb[i % 3] ?? 0),
});

describe('createChain', () => {
  it('declares shape, type and range of every step', () => {
    const chain = createChain([resizeOp(32), randomCropOp(28, 24), normalize, randomErasingOp()]);
    expect(chain.output).toEqual({ height: 28, width: 24, range: [-1.5625, 2.421875] });
    expect(chain.states.map(({ type, unit, shorterSide }) => [type, unit, shorterSide])).toEqual([
      ['uint8', 'levels', null],
      ['uint8', 'levels', 32],
      ['uint8', 'levels', 24],
      ['float32', 'normalized', 24],
      ['float32', 'normalized', 24],
    ]);
  });

  it.each([
    [
      'a crop of unknown size',
      [randomCropOp(8, 8), normalize],
      'step 1 .* unknown size; put resize',
    ],
    ['too large a crop', [resizeOp(8), centerCropOp(9, 8), normalize], 'step 2 .* only 8 × 8 px'],
    ['jitter after floats', [resizeOp(8), normalize, colorJitterOp({})], 'takes uint8 gray levels'],
    ['normalizing twice', [resizeOp(8), normalize, normalize], 'normalized already'],
    ['erasing before normalizing', [resizeOp(8), randomErasingOp()], 'put normalize before it'],
    ['no size at the end', [resizeOp(8), normalize], 'one size'],
    ['bytes at the end', [resizeOp(8), centerCropOp(8, 8)], 'float32'],
  ])('refuses %s when it is built', (_, ops, message) => {
    expect(() => createChain(ops)).toThrow(new RegExp(message));
  });

  it('of the paper’s steps equals the fused augmentInto, draw for draw', () => {
    const image = positionImage(90, 70);
    const preprocessing = {
      ...plain(36, 24),
      mean: [30, 40, 50] as const,
      std: [2, 3, 4] as const,
      channelOrder: 'bgr' as const,
    };
    const colors = measureColors([image]);
    const chain = createChain([
      resizeOp(36),
      centralSquareOp(),
      randomCropOp(24, 24),
      randomFlipOp(),
      fancyPcaOp(colors, 0.1, 'deviation'),
      normalizeOp(preprocessing),
    ]);
    const recipe = { crop: true, flip: true, colorPca: 0.1, colorForm: 'deviation' } as const;
    const [plainTwin, fused] = [new Float32Array(24 * 24 * 3), new Float32Array(24 * 24 * 3)];
    for (let index = 0; index < 20; index++) {
      chain.applyInto(plainTwin, 0, image, createRng(1, 2, index));
      augmentInto(fused, 0, image, {
        preprocessing,
        recipe,
        colors,
        rng: createRng(1, 2, index),
      });
      for (let i = 0; i < fused.length; i++) {
        expect(Math.abs((fused[i] ?? 0) - (plainTwin[i] ?? 0))).toBeLessThan(1e-4);
      }
    }
  });
});

describe('randomResizedCrop', () => {
  const op = randomResizedCropOp({ height: 8, width: 8 });

  it('draws areas and proportions from their intervals, over the whole image', () => {
    // A horizontal ramp: the crop's value spread tells its width, its mean where it lies.
    const image = positionImage(200);
    const spans: number[] = [];
    for (let i = 0; i < 400; i++) {
      const { width, height, data } = op.apply(image, createRng(3, 0, i));
      expect([width, height]).toEqual([8, 8]);
      spans.push((data[7 * 3] ?? 0) - (data[0] ?? 0));
    }
    // Widths reach from √(0.08·¾)·200 ≈ 49 to 200 px; seven eighths of it separate the end pixels.
    expect(Math.min(...spans)).toBeGreaterThan(0.8 * 49 * (7 / 8));
    expect(Math.min(...spans)).toBeLessThan(70);
    expect(Math.max(...spans)).toBeGreaterThan(150);
  });

  it('falls back to the largest allowed box of an image too narrow for any', () => {
    const { data } = op.apply(positionImage(200, 4), createRng(1));
    // 4 px high, 5 px wide, centerd: columns 98 to 102.
    expect(data[0]).toBeGreaterThanOrEqual(97);
    expect(data[7 * 3]).toBeLessThanOrEqual(103);
  });

  it('refuses impossible intervals', () => {
    expect(() => randomResizedCropOp({ height: 8, width: 8, scale: [0.5, 2] })).toThrow('scale');
    expect(() => randomResizedCropOp({ height: 8, width: 8, ratio: [0, 1] })).toThrow('ratio');
  });
});

describe('colorJitter', () => {
  const first = (image: RgbImage, options: Parameters<typeof colorJitterOp>[0], index: number) =>
    [...colorJitterOp(options).apply(image, createRng(9, 0, index)).data].slice(0, 3);

  it('scales brightness within its interval, clipping', () => {
    const values = Array.from({ length: 300 }, (_, i) =>
      first(solid(1, [200, 100, 0]), { brightness: 0.5 }, i),
    );
    const greens = values.map(([, g = 0]) => g);
    expect(Math.min(...greens)).toBeGreaterThanOrEqual(50);
    expect(Math.min(...greens)).toBeLessThan(55);
    expect(Math.max(...greens)).toBeLessThanOrEqual(150);
    expect(Math.max(...greens)).toBeGreaterThan(145);
    expect(values.some(([r]) => r === 255)).toBe(true);
    expect(values.every(([, , b]) => b === 0)).toBe(true);
  });

  it('changes contrast about the mean gray and saturation about each pixel’s gray', () => {
    const halves = { width: 2, height: 1, data: Uint8Array.from([50, 50, 50, 150, 150, 150]) };
    const { data } = colorJitterOp({ contrast: 0.9 }).apply(halves, createRng(4));
    expect((data[0] ?? 0) + (data[3] ?? 0)).toBeCloseTo(200, -1);
    expect(data[0]).not.toBe(50);
    // Grays have no saturation to change.
    expect([...colorJitterOp({ saturation: 1 }).apply(halves, createRng(4)).data]).toEqual([
      ...halves.data,
    ]);
    const [r = 0, g = 0, b = 0] = first(solid(1, [200, 100, 50]), { saturation: 1 }, 2);
    const gray = (c: number[]) => 0.2989 * (c[0] ?? 0) + 0.587 * (c[1] ?? 0) + 0.114 * (c[2] ?? 0);
    expect(gray([r, g, b])).toBeCloseTo(gray([200, 100, 50]), -0.5);
  });

  it('turns hue around the circle, keeping value and chroma', () => {
    for (let i = 0; i < 50; i++) {
      const rgb = first(solid(1, [200, 80, 80]), { hue: 0.5 }, i);
      expect([Math.max(...rgb), Math.min(...rgb)]).toEqual([200, 80]);
    }
    const seen = new Set(
      Array.from({ length: 100 }, (_, i) => {
        const rgb = first(solid(1, [200, 80, 80]), { hue: 0.5 }, i);
        return rgb.indexOf(200);
      }),
    );
    expect([...seen].sort()).toEqual([0, 1, 2]);
  });

  it('with nothing on changes nothing, and refuses negative strengths', () => {
    expect(first(solid(2, [1, 2, 3]), {}, 0)).toEqual([1, 2, 3]);
    expect(() => colorJitterOp({ hue: 0.6 })).toThrow('hue at most 0.5');
    expect(() => colorJitterOp({ contrast: -1 })).toThrow('0 or more');
  });
});

describe('randomErasing', () => {
  it('overwrites one box in the given share of images', () => {
    const sample = { width: 20, height: 20, data: new Float32Array(1200).fill(1) };
    const op = randomErasingOp({ probability: 0.25, value: -3 });
    const areas: number[] = [];
    for (let i = 0; i < 2000; i++) {
      const { data } = op.apply(sample, createRng(6, 0, i));
      const erased = [...data].filter((value) => value === -3).length / 1200;
      if (erased > 0) areas.push(erased);
    }
    // Binomial deviation of 2,000 draws at a quarter is 19; four of them.
    expect(Math.abs(areas.length - 500)).toBeLessThan(78);
    expect(Math.min(...areas)).toBeGreaterThan(0.01);
    expect(Math.max(...areas)).toBeLessThan(0.37);
    expect(sample.data.every((value) => value === 1)).toBe(true);
  });
});
