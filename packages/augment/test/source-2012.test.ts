import { describe, expect, it } from 'vitest';
import {
  augmentImage,
  createMeanImageAccumulator,
  createPipeline,
  prepareImage,
  prepareTenCrop,
} from '../src/index.js';
import { plain, positionImage } from './image-helpers.js';
import { IMAGENET, runPipeline } from './run-pipeline.js';

describe('crop and flip that are shared', () => {
  const shared = { sharedBy: 32 };
  const place = [
    { op: 'resize' },
    { op: 'randomCrop', ...shared },
    { op: 'randomFlip', ...shared },
  ] as const;

  it('are the same for 32 neighbors and differ between chunks; noise is each one’s own', () => {
    const image = positionImage(36);
    const places: string[] = [];
    const noises = new Set<number>();
    for (let index = 0; index < 4 * 32; index++) {
      const out = runPipeline(place, image, plain(36, 4), index);
      places.push(`${out[0]} ${out[1]} ${out[3]}`);
      const noisy = runPipeline([...place, { op: 'fancyPca' }], image, plain(36, 4), index);
      noises.add((noisy[0] ?? 0) - (out[0] ?? 0));
    }
    const chunks = [0, 1, 2, 3].map((chunk) => new Set(places.slice(chunk * 32, chunk * 32 + 32)));
    expect(chunks.map((places) => places.size)).toEqual([1, 1, 1, 1]);
    expect(new Set(places).size).toBe(4);
    expect(noises.size).toBe(places.length);
  });

  it('are shared by the same number', () => {
    const operations = [...place.slice(0, 2), { op: 'randomFlip' }, { op: 'normalize' }] as const;
    expect(() => createPipeline(operations, { preprocessing: plain(36, 4) })).toThrow(
      'one sharedBy, not 32, 1',
    );
  });

  it('noise ends with its epochs, and with it the division by 1.1', () => {
    const preprocessing = plain(36, 4);
    const pipeline = createPipeline(
      [...place, { op: 'fancyPca', form: 'source2012', untilEpoch: 67 }, { op: 'normalize' }],
      { preprocessing, colors: IMAGENET },
    );
    const image = { width: 36, height: 36, data: new Uint8Array(36 * 36 * 3).fill(110) };
    const first = (epoch: number) =>
      augmentImage(pipeline, image, { seed: 1, epoch, index: 0 })[0] ?? 0;
    expect(first(67)).toBe(110);
    expect(first(66)).not.toBe(110);
    expect(Math.abs(first(66) - 100)).toBeLessThan(50);
  });
});

describe('mean image', () => {
  const image = positionImage(8);
  const mean = createMeanImageAccumulator(8, 8);
  mean.add(image);
  const other = createMeanImageAccumulator(8, 8);
  other.add({ ...image, data: image.data.map((value) => value + 2) });
  mean.merge(other);
  const meanImage = mean.result();

  it('averages pixel by pixel', () => {
    expect(mean.count).toBe(2);
    expect([...meanImage.data.subarray(3, 6)]).toEqual([2, 1, 2]);
    expect(() => mean.add(positionImage(9))).toThrow('8 × 8 px cannot take an image of 9 × 9');
    expect(() => createMeanImageAccumulator(2, 2).result()).toThrow('no image');
  });

  it('is subtracted as its center crop, from every view the same', () => {
    const preprocessing = { ...plain(8, 2), mean: meanImage };
    // The center is at (3, 3); the mean there is one level above the image.
    expect([...prepareImage(image, preprocessing)]).toEqual(new Array(12).fill(-1));
    const views = prepareTenCrop(image, preprocessing);
    // Top left view, [x, y, x + y] at (0, 0), minus [4, 4, 7]; its mirror starts at (1, 0).
    expect([...views.subarray(0, 3)]).toEqual([-4, -4, -7]);
    expect([...views.subarray(60, 63)]).toEqual([-3, -4, -6]);
    const operations = [{ op: 'resize' }, { op: 'centerCrop' }, { op: 'normalize' }] as const;
    const pipeline = createPipeline(operations, { preprocessing });
    expect([...augmentImage(pipeline, image, { seed: 1, epoch: 0, index: 0 })]).toEqual(
      new Array(12).fill(-1),
    );
  });

  it('follows channel order, range and deviation', () => {
    const preprocessing = {
      ...plain(8, 2),
      mean: meanImage,
      channelOrder: 'bgr',
      range: 1,
      std: [2, 1, 1],
    } as const;
    const [first, second] = prepareImage(image, preprocessing);
    expect(first).toBeCloseTo(-1 / 255 / 2, 6);
    expect(second).toBeCloseTo(-1 / 255, 6);
  });

  it('must not be smaller than the crop', () => {
    expect(() => prepareImage(positionImage(20), { ...plain(20, 9), mean: meanImage })).toThrow(
      'smaller',
    );
  });
});
