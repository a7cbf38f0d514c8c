import { centerOffset } from '@alexnet/files/image';
import { describe, expect, it } from 'vitest';
import {
  centerCrop,
  createColorAccumulator,
  cropImage,
  flipImage,
  measureImageColors,
  prepareImage,
  prepareTenCrop,
} from '../src/index.js';
import { plain, positionImage } from './image-helpers.js';

describe('prepareImage', () => {
  it('applies channel order, range, mean and deviation in that order', () => {
    const prepared = prepareImage(positionImage(4), {
      ...plain(4, 2),
      channelOrder: 'bgr',
      range: 1,
      mean: [0.5, 0.25, 0],
      std: [0.5, 2, 1],
    });
    // Center crop starts at (1, 1) = RGB [1, 1, 2], read as BGR [2, 1, 1].
    const expected = [(2 / 255 - 0.5) / 0.5, (1 / 255 - 0.25) / 2, 1 / 255];
    expect([...prepared.subarray(0, 3)]).toEqual(expected.map(Math.fround));
    expect(prepared).toHaveLength(2 * 2 * 3);
  });

  it('refuses a crop larger than the resized image', () => {
    expect(() => prepareImage(positionImage(8), plain(8, 9))).toThrow(
      'a crop of 9 × 9 px does not fit into images resized to a shorter side of 8 px',
    );
  });
});

describe('what published nets did', () => {
  it('squashes to a square where Caffe did', () => {
    const wide = positionImage(16, 4);
    const squashed = prepareImage(wide, {
      ...plain(4, 4),
      resize: { shorterSide: 4, squash: true, antialias: false },
    });
    // Four pixels of sixteen: halfway between the middle two of each four.
    expect([0, 3, 6, 9].map((at) => squashed[at])).toEqual([2, 6, 10, 14]);
    expect([0, 12, 24, 36].map((at) => squashed[at + 1])).toEqual([0, 1, 2, 3]);
  });

  it('pads an image that is smaller than the crop, where torchvision does', () => {
    const crop = { height: 5, width: 4, padding: 9 };
    const padded = prepareImage(positionImage(2), { ...plain(2, 2), crop });
    const red = Array.from({ length: 5 }, (_, y) =>
      Array.from({ length: 4 }, (_, x) => padded[(y * 4 + x) * 3]),
    );
    expect(red).toEqual([
      [9, 9, 9, 9],
      [9, 0, 1, 9],
      [9, 0, 1, 9],
      [9, 9, 9, 9],
      [9, 9, 9, 9],
    ]);
    const views = prepareTenCrop(positionImage(2), { ...plain(2, 2), crop });
    expect(views.subarray(2 * 60, 3 * 60)).toEqual(padded);
  });
});

describe('prepareTenCrop', () => {
  it('orders corners, center and mirrors as the paper’s source does', () => {
    // Width 8, height 6: the central square starts at x = 1. Views are 2 × 2.
    const views = prepareTenCrop(positionImage(8, 6), plain(6, 2));
    const topRows = Array.from({ length: 10 }, (_, view) => {
      const [x0, y0, , x1] = views.subarray(view * 12);
      return [x0, x1, y0];
    });
    expect(topRows).toEqual([
      [1, 2, 0], // top left: x of both pixels, y
      [5, 6, 0], // top right
      [3, 4, 2], // center
      [1, 2, 4], // bottom left
      [5, 6, 4], // bottom right
      [2, 1, 0],
      [6, 5, 0],
      [4, 3, 2],
      [2, 1, 4],
      [6, 5, 4],
    ]);
  });

  it('has prepareImage as its third view', () => {
    const [image, preprocessing] = [positionImage(31, 20), plain(16, 11)];
    const size = 11 * 11 * 3;
    expect(prepareTenCrop(image, preprocessing).subarray(2 * size, 3 * size)).toEqual(
      prepareImage(image, preprocessing),
    );
  });
});

describe('crop and flip', () => {
  it('halves an odd rest as torchvision and Caffe do', () => {
    expect([centerOffset(256, 227), centerOffset(256, 224), centerOffset(343, 224)]).toEqual([
      14, 16, 60,
    ]);
  });

  it('crops and flips pixels, not channels', () => {
    const crop = cropImage(positionImage(5), { top: 1, left: 2, height: 1, width: 2 });
    expect([...crop.data]).toEqual([2, 1, 3, 3, 1, 4]);
    expect([...flipImage(crop).data]).toEqual([3, 1, 4, 2, 1, 3]);
    expect(centerCrop(positionImage(6), { height: 2, width: 2 }).data[0]).toBe(2);
  });

  it.each([
    { left: 4 },
    { left: -1 },
    { top: -1 },
    { top: 5 },
    { height: 0 },
    { width: 0 },
    { left: 0.5 },
  ])('refuses the box with %j outside the image', (change) => {
    const box = { top: 0, left: 0, height: 1, width: 2, ...change };
    expect(() => cropImage(positionImage(5), box)).toThrow('does not lie inside 5 × 5 px');
  });

  it('takes the box that is all of the image', () => {
    const box = { top: 0, left: 0, height: 4, width: 5 };
    expect(cropImage(positionImage(5, 4), box)).toEqual(positionImage(5, 4));
  });

  it.each([
    [{ width: 0, height: 2, data: new Uint8Array(0) }, 'an image cannot be 0 × 2 px'],
    [{ width: 1, height: -1, data: new Uint8Array(0) }, 'an image cannot be 1 × -1 px'],
    [{ width: 1.5, height: 2, data: new Uint8Array(9) }, 'an image cannot be 1.5 × 2 px'],
    [{ width: 2, height: 2, data: new Uint8Array(16) }, 'needs 2 × 2 × 3 = 12 bytes'],
  ])('refuses what is no RGB image: %j', (image, message) => {
    expect(() => flipImage(image)).toThrow(message);
  });
});

describe('measureImageColors', () => {
  it('finds mean, deviation and principal components of a distribution made to order', () => {
    // Pixels spread ±40 along (1, 1, 0)/√2 and ±10 along (0, 0, 1) around [100, 100, 50].
    const data = [-40, 40].flatMap((a) => [-10, 10].flatMap((b) => [100 + a, 100 + a, 50 + b]));
    const colors = measureImageColors([{ width: 2, height: 2, data: Uint8Array.from(data) }]);
    expect(colors.mean).toEqual([100, 100, 50]);
    expect(colors.std).toEqual([40, 40, 10]);
    const [first, second, third] = colors.eigenvalues;
    expect([first, second, third].map(Math.round)).toEqual([3200, 100, 0]);
    const half = Math.SQRT1_2;
    for (const [i, vector] of [
      [half, half, 0],
      [0, 0, 1],
    ].entries()) {
      for (const [j, value] of vector.entries()) {
        expect(colors.eigenvectors[i]?.[j]).toBeCloseTo(value, 12);
      }
    }
  });

  it('gives the same bits however the images are divided', () => {
    const images = [7, 12, 30, 5].map((side) => positionImage(side));
    const total = createColorAccumulator();
    for (const image of [...images].reverse()) {
      const part = createColorAccumulator();
      part.add(image);
      total.merge(part.sums());
    }
    expect(total.result()).toEqual(measureImageColors(images));
  });

  it('refuses to measure nothing', () => {
    expect(() => measureImageColors([])).toThrow('no image was added');
  });
});
