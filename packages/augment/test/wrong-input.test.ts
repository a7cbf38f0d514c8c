import type { Preprocessing } from '@alexnet/model';
import { describe, expect, it } from 'vitest';
import {
  createPipeline,
  flipImage,
  measureImageColors,
  prepareImage,
  prepareTenCrop,
  type RgbImage,
} from '../src/index.js';
import { plain, positionImage } from './image-helpers.js';

/** What plain JavaScript gives, which no compiler looks at. */
const untyped = <T>(value: unknown) => value as T;

describe('pixels that are no bytes', () => {
  const { width, height, data } = positionImage(4);
  it.each([
    ['Float32Array', Float32Array.from(data, (level) => level / 255)],
    ['Array', Array.from(data, (level) => level / 255)],
    ['Int8Array', Int8Array.from(data)],
    ['Uint16Array', Uint16Array.from(data)],
    ['Undefined', undefined],
  ])('are refused: %s', (kind, wrong) => {
    const image = untyped<RgbImage>({ width, height, data: wrong });
    for (const use of [
      () => prepareImage(image, plain(4, 2)),
      () => prepareTenCrop(image, plain(4, 2)),
      () => flipImage(image),
      () => measureImageColors([image]),
    ]) {
      expect(use).toThrow(`0 to 255, not those of ${kind}`);
    }
  });

  it('are bytes in a Buffer and of a canvas, too', () => {
    const expected = prepareImage({ width, height, data }, plain(4, 2));
    for (const same of [Buffer.from(data), Uint8ClampedArray.from(data)]) {
      expect(prepareImage({ width, height, data: same }, plain(4, 2))).toEqual(expected);
    }
  });
});

describe('a preprocessing that cannot be', () => {
  const right = plain(4, 2);
  it.each([
    ['channelOrder is "rgb" or "bgr"', { channelOrder: 'RGB' }],
    ['range is 1 or 255', { range: '255' }],
    ['range is 1 or 255', { range: undefined }],
    ['mean is three numbers, a mean image or null', { mean: [1, 2] }],
    ['mean is three numbers, a mean image or null', { mean: ['1', '2', '3'] }],
    ['mean is three numbers, a mean image or null', { mean: [Number.NaN, 0, 0] }],
    ['std is three numbers above 0 or null', { std: [0, 1, 1] }],
    ['std is three numbers above 0 or null', { std: 0.5 }],
    ['resize.squash is true or left out', { resize: { shorterSide: 4, squash: 'false' } }],
    ['resize.interpolation is', { resize: { shorterSide: 4, interpolation: 'nearest' } }],
    ['resize.shorterSide is a whole number of pixels', { resize: 4 }],
    ['crop has a height and a width in pixels', { crop: 2 }],
  ])('is refused: %s', (reason, wrong) => {
    const preprocessing = untyped<Preprocessing>({ ...right, ...wrong });
    const message = `preprocessing: ${reason}`;
    expect(() => prepareImage(positionImage(4), preprocessing)).toThrow(message);
    expect(() => prepareTenCrop(positionImage(4), preprocessing)).toThrow(message);
    expect(() => createPipeline([{ op: 'normalize' }], { preprocessing })).toThrow(message);
  });
});
