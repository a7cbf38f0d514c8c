import { describe, expect, it } from 'vitest';
import {
  checkOperations,
  createPipeline,
  OPERATION_NAMES,
  type OperationInput,
  type RgbImage,
} from '../src/index.js';
import { plain, positionImage } from './image-helpers.js';
import { IMAGENET, runPipeline } from './run-pipeline.js';

const solid = (side: number, rgb: readonly number[]): RgbImage => ({
  width: side,
  height: side,
  data: Uint8Array.from({ length: side * side * 3 }, (_, i) => rgb[i % 3] ?? 0),
});
const preprocessing = { ...plain(8, 8), mean: [100, 100, 100], std: [64, 64, 64] } as const;
const context = { preprocessing, colors: IMAGENET };
const all: Record<string, OperationInput> = Object.fromEntries(
  OPERATION_NAMES.map((op) => [op, { op }]),
);
const listOf = (...names: readonly string[]) => names.map((name) => all[name] as OperationInput);

describe('createPipeline', () => {
  it('declares shape, type and range after every operation', () => {
    const pipeline = createPipeline(
      listOf('resize', 'randomCrop', 'normalize', 'randomErasing', 'mixup'),
      context,
    );
    expect([pipeline.height, pipeline.width]).toEqual([8, 8]);
    expect(pipeline.states.map(({ type, unit, size }) => [type, unit, size?.width])).toEqual([
      ['uint8', 'levels', undefined],
      ['uint8', 'levels', undefined],
      ['uint8', 'levels', 8],
      ['float32', 'normalized', 8],
      ['float32', 'normalized', 8],
    ]);
    expect(pipeline.states.at(-1)?.range).toEqual([-1.5625, 2.421875]);
  });

  it('puts defaults in, and takes them as they were given', () => {
    const { operations } = createPipeline(listOf('randomResizedCrop', 'normalize'), context);
    expect(operations[0]).toEqual({
      op: 'randomResizedCrop',
      scale: [0.08, 1],
      ratio: [3 / 4, 4 / 3],
    });
    expect(checkOperations(JSON.parse(JSON.stringify(operations)))).toEqual(operations);
  });

  it.each([
    ['a crop of unknown size', ['randomCrop', 'normalize'], 'augment[0]: randomCrop cuts 8 × 8 px'],
    [
      'jitter after floats',
      ['resize', 'centerCrop', 'normalize', 'colorJitter'],
      'augment[3]: colorJitter takes uint8 gray levels',
    ],
    ['jitter after noise', ['resize', 'fancyPca', 'colorJitter'], 'uint8 gray levels'],
    ['normalizing twice', ['resize', 'normalize', 'normalize'], 'normalized already'],
    [
      'erasing before normalizing',
      ['resize', 'randomErasing'],
      'augment[1]: randomErasing takes normalized float32; put normalize before it',
    ],
    [
      'erasing after mixing',
      ['resize', 'centerCrop', 'normalize', 'mixup', 'randomErasing'],
      'augment[4]: randomErasing works on single images',
    ],
    ['mixing before normalizing', ['resize', 'mixup'], 'put normalize before it'],
    ['no size at the end', ['resize', 'normalize'], 'augment gives images of no one size'],
    ['levels at the end', ['resize', 'centerCrop'], 'add normalize'],
  ])('refuses %s when it is built', (_, names, message) => {
    expect(() => createPipeline(listOf(...names), context)).toThrow(message);
  });

  it.each([
    [{ op: 'randomCrop', height: 9, width: 8 }, 'augment[1]: randomCrop cuts 8 × 9 px'],
    [
      { op: 'randomCrop', height: 7 },
      'augment gives images of 8 × 7 px, but the network takes 8 × 8',
    ],
    [{ op: 'randomFlip', probability: 1.5 }, 'augment[1].probability: expects at most 1, not 1.5'],
    [{ op: 'randomCrop', sharedBy: 0 }, 'augment[1].sharedBy: expects at least 1, not 0'],
    [{ op: 'randomCrop', height: 7.5 }, 'augment[1].height: expects a whole number, not 7.5'],
    [
      { op: 'randomFlip', probablity: 1 },
      'augment[1].probablity: there is no such setting; did you mean probability?',
    ],
    [{ op: 'rotate' }, 'augment[1].op: expects "resize" or'],
    [{ op: 'colorJitter', hue: 0.6 }, 'augment[1].hue: expects at most 0.5, not 0.6'],
    [{ op: 'colorJitter', contrast: -1 }, 'augment[1].contrast: expects at least 0, not -1'],
    [{ op: 'randomResizedCrop', scale: [0.5, 2] }, 'augment[1]: randomResizedCrop scale must be'],
    [{ op: 'randomResizedCrop', scale: [0.6, 0.5] }, 'smallest ≤ largest ≤ 1, not [0.6,0.5]'],
    [{ op: 'randomResizedCrop', ratio: [2, 1] }, 'smallest ≤ largest, not [2,1]'],
    [{ op: 'randomResizedCrop', ratio: [0, 1] }, 'augment[1].ratio[0]: expects more than 0, not 0'],
    [{ op: 'mixup', alpha: 1.5 }, 'augment[1].alpha: expects at most 1, not 1.5'],
    [
      { op: 'fancyPca', form: 'papr' },
      'augment[1].form: expects "paper" or "deviation" or "source2012", not "papr"',
    ],
  ])('refuses %j in one line', (operation, message) => {
    const operations = [{ op: 'resize' }, operation, { op: 'normalize' }] as OperationInput[];
    expect(() => createPipeline(operations, context)).toThrow(message);
  });

  it('does what it is told in the order it is told', () => {
    const flip = { op: 'randomFlip', probability: 1 } as const;
    const [resize, crop] = listOf('resize', 'centerCrop') as [OperationInput, OperationInput];
    const columns = (...operations: OperationInput[]) => {
      const out = runPipeline(operations, positionImage(9, 8), plain(8, 8));
      return [out[0], out[21]];
    };
    // Of nine columns the first eight remain: of those mirrored before, 8 to 1.
    expect(columns(resize, crop, flip)).toEqual([7, 0]);
    expect(columns(resize, flip, crop)).toEqual([8, 1]);
    expect(columns(resize, flip, crop, { op: 'colorJitter' })).toEqual([8, 1]);
  });

  it('resizes what was cut and mirrored before', () => {
    const operations = [
      { op: 'centralSquare' },
      { op: 'randomFlip', probability: 1 },
      { op: 'resize', shorterSide: 8 },
    ] as const;
    const out = runPipeline(
      [...operations, { op: 'centerCrop' }],
      positionImage(20, 16),
      plain(8, 8),
    );
    // The square is columns 2 to 17; mirrored and halved it begins between 17 and 16.
    expect(out[0]).toBeGreaterThanOrEqual(16);
    expect(out[0]).toBeLessThanOrEqual(17);
  });
});

describe('randomResizedCrop', () => {
  const crop = (image: RgbImage, index: number, seed: number) =>
    runPipeline([{ op: 'randomResizedCrop' }], image, plain(200, 8), index, seed);

  it('draws areas and proportions from their intervals, over the whole image', () => {
    // A horizontal ramp: the crop's value spread tells its width, its mean where it lies.
    const image = positionImage(200);
    const spans: number[] = [];
    for (let i = 0; i < 400; i++) {
      const data = crop(image, i, 3);
      expect(data).toHaveLength(8 * 8 * 3);
      spans.push((data[7 * 3] ?? 0) - (data[0] ?? 0));
    }
    // Widths reach from √(0.08·¾)·200 ≈ 49 to 200 px; seven eighths of it separate the end pixels.
    expect(Math.min(...spans)).toBeGreaterThan(0.8 * 49 * (7 / 8));
    expect(Math.min(...spans)).toBeLessThan(70);
    expect(Math.max(...spans)).toBeGreaterThan(150);
  });

  it('falls back to the largest allowed box of an image too narrow for any', () => {
    const data = crop(positionImage(200, 4), 0, 1);
    // 4 px high, 5 px wide, centered: columns 98 to 102.
    expect(data[0]).toBeGreaterThanOrEqual(97);
    expect(data[7 * 3]).toBeLessThanOrEqual(103);
  });
});

describe('colorJitter', () => {
  const jitter = (image: RgbImage, options: object, index: number, seed = 9) => {
    const operations = [...listOf('resize', 'centerCrop'), { op: 'colorJitter', ...options }];
    const side = image.width;
    return [...runPipeline(operations as OperationInput[], image, plain(side, side), index, seed)];
  };
  const first = (image: RgbImage, options: object, index: number) =>
    jitter(image, options, index).slice(0, 3);

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
    const row = [50, 50, 50, 150, 150, 150];
    const halves = { width: 2, height: 2, data: Uint8Array.from([...row, ...row]) };
    const data = jitter(halves, { contrast: 0.9 }, 0, 4);
    expect((data[0] ?? 0) + (data[3] ?? 0)).toBeCloseTo(200, -1);
    expect(data[0]).not.toBe(50);
    // Grays have no saturation to change.
    expect(jitter(halves, { saturation: 1 }, 0, 4)).toEqual([...halves.data]);
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

  it('with nothing on changes nothing', () => {
    expect(first(solid(2, [1, 2, 3]), {}, 0)).toEqual([1, 2, 3]);
  });
});

describe('randomErasing', () => {
  it('overwrites one box in the given share of images', () => {
    const erasing = { op: 'randomErasing', probability: 0.25, value: -3 } as const;
    const operations = listOf('resize', 'centerCrop', 'normalize');
    const pipeline = createPipeline([...operations, erasing], { preprocessing: plain(20, 20) });
    const areas: number[] = [];
    for (let i = 0; i < 2000; i++) {
      const data = new Float32Array(1200);
      pipeline.at({ seed: 6, epoch: 0, first: i }).write(data, 0, solid(20, [1, 1, 1]), 0);
      const erased = [...data].filter((value) => value === -3).length / 1200;
      expect([...data].every((value) => value === -3 || value === 1)).toBe(true);
      if (erased > 0) areas.push(erased);
    }
    // Binomial deviation of 2,000 draws at a quarter is 19; four of them.
    expect(Math.abs(areas.length - 500)).toBeLessThan(78);
    expect(Math.min(...areas)).toBeGreaterThan(0.01);
    expect(Math.max(...areas)).toBeLessThan(0.37);
  });
});
