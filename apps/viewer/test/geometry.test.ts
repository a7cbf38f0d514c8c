import { cropImage, prepareTenCrop, resizeShorterSide } from '@alexnet/augment';
import { createSpec, inferShapes, layerTable, PRESET_NAMES } from '@alexnet/model';
import { describe, expect, it } from 'vitest';
import { cropBoxes } from '../src/lib/images/crop-boxes.js';
import { hasPlaces, receptiveField } from '../src/lib/maps/receptive-field.js';
import { testImage } from './support/images.js';

describe('crop boxes', () => {
  it.each([
    [123, 97],
    [97, 124],
    [64, 64],
  ])('lie where the ten crops of a %i × %i image were cut', (width, height) => {
    const crop = { height: 56, width: 56 };
    const preprocessing = {
      resize: { shorterSide: 65 },
      crop,
      channelOrder: 'rgb',
      range: 255,
      mean: null,
      std: null,
    } as const;
    const image = testImage(width, height);
    const resized = resizeShorterSide(image, 65);
    const crops = prepareTenCrop(image, preprocessing);
    for (const [index, box] of cropBoxes(resized, crop).entries()) {
      const cut = cropImage(resized, box);
      expect(Array.from(crops.subarray(index * 56 * 56 * 3, (index + 1) * 56 * 56 * 3))).toEqual(
        Array.from(cut.data),
      );
    }
  });
});

describe('receptive fields', () => {
  it.each(PRESET_NAMES)('of %s are as large as its layer table says', (preset) => {
    const spec = createSpec(preset);
    const shapes = new Map(inferShapes(spec).map(({ name, output }) => [name, output]));
    for (const row of layerTable(spec)) {
      if (!hasPlaces(spec, row.name) || shapes.get(row.name)?.length !== 3) continue;
      const field = receptiveField(spec, row.name, 1, 2).at(-1);
      expect(
        field && [field.rows.high - field.rows.low + 1, field.columns.high - field.columns.low + 1],
      ).toEqual([...row.receptiveField]);
    }
  });

  it('trace conv2 of the paper back to 51 pixels in three steps', () => {
    // pool1 pixels 4 to 8, conv1 pixels 8 to 18, 18 · 4 + 11 − 1 = 82.
    expect(
      receptiveField(createSpec('paper'), 'relu2', 6, 6).map(({ layer, rows }) => [
        layer,
        rows.low,
        rows.high,
      ]),
    ).toEqual([
      ['conv2', 4, 8],
      ['pool1', 8, 18],
      ['conv1', 32, 82],
    ]);
  });
});
