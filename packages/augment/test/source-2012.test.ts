import { describe, expect, it } from 'vitest';
import {
  augmentInto,
  createExampleRngs,
  createMeanImageAccumulator,
  prepareImage,
  prepareTenCrop,
  SOURCE_2012_CHUNK,
} from '../src/index.js';
import { plain, positionImage } from './image-helpers.js';

describe('crop and flip per chunk', () => {
  it('are shared by 32 neighbors and differ between chunks; noise is each one’s own', () => {
    const image = positionImage(36);
    const places: string[] = [];
    const noises = new Set<number>();
    for (let index = 0; index < 4 * SOURCE_2012_CHUNK; index++) {
      const rngs = createExampleRngs({ seed: 1, epoch: 0, index, chunk: SOURCE_2012_CHUNK });
      const out = new Float32Array(48);
      const recipe = { crop: true, flip: true, colorPca: 0 };
      augmentInto(out, 0, image, { preprocessing: plain(36, 4), recipe, colors: null, ...rngs });
      places.push(`${out[0]} ${out[1]} ${out[3]}`);
      noises.add(rngs.rng.normal());
    }
    const chunks = [0, 1, 2, 3].map((chunk) => new Set(places.slice(chunk * 32, chunk * 32 + 32)));
    expect(chunks.map((places) => places.size)).toEqual([1, 1, 1, 1]);
    expect(new Set(places).size).toBe(4);
    expect(noises.size).toBe(places.length);
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
    const out = new Float32Array(12);
    const recipe = { crop: false, flip: false, colorPca: 0 };
    const { rng } = createExampleRngs({ seed: 1, epoch: 0, index: 0 });
    augmentInto(out, 0, image, { preprocessing, recipe, colors: null, rng });
    expect([...out]).toEqual(new Array(12).fill(-1));
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
