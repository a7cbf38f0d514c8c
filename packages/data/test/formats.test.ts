import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { decodeImage } from '../src/index.js';

const file = (name: string) => readFile(new URL(`fixtures/formats/${name}`, import.meta.url));

/** The 7 × 5 px of make-formats.py, which says how they were made. */
const pixels = (value: (x: number, y: number) => readonly number[]) =>
  Array.from({ length: 35 }, (_, i) => value(i % 7, Math.floor(i / 7))).flat();
const color = pixels((x, y) => [30 * x, 40 * y, 100]);
const gray = pixels((x) => [30 * x, 30 * x, 30 * x]);
const bit = pixels((x, y) => Array(3).fill(((x + y) % 2) * 255));

describe('images as Pillow writes them', () => {
  it.each([
    ['color24.bmp', color],
    ['color32.bmp', color],
    ['color8.bmp', color],
    ['gray8.bmp', gray],
    ['bit1.bmp', bit],
    ['color.ppm', color],
    ['gray.pgm', gray],
    ['gray16.pgm', gray],
    ['bit.pbm', bit],
    ['gray-unit.tif', gray],
    ['gray-255.tif', gray],
  ])('%s', async (name, expected) => {
    const image = await decodeImage(await file(name));
    expect([image.width, image.height]).toEqual([7, 5]);
    expect([...image.data]).toEqual(expected);
  });

  it.each(['cmyk.tif', 'cmyk.jpg', 'cmyk-plain.jpg', 'ycck.jpg'])(
    '%s, mixed as Pillow mixes inks',
    async (name) => {
      const expected = JSON.parse((await file('cmyk.json')).toString());
      expect([...(await decodeImage(await file(name))).data]).toEqual(expected[name]);
    },
  );

  it('names floats that are no gray levels', async () => {
    await expect(decodeImage(await file('negative.tif'))).rejects.toThrow('floats from -50 to 130');
  });

  it.each(['color24.bmp', 'color8.bmp', 'color.ppm', 'gray16.pgm'])(
    '%s cut short',
    async (name) => {
      const whole = await file(name);
      await expect(decodeImage(whole.subarray(0, whole.length - 9))).rejects.toThrow(
        'it is cut short',
      );
    },
  );

  it('whatever byte is changed, it decodes or says why', async () => {
    for (const name of ['color8.bmp', 'bit1.bmp', 'color.ppm']) {
      const whole = await file(name);
      for (let at = 0; at < Math.min(whole.length, 80); at++) {
        const changed = Uint8Array.from(whole);
        changed[at] = 0xff - (changed[at] ?? 0);
        await decodeImage(changed, { id: name }).catch((error) => {
          expect(error.name).toBe('UndecodableImageError');
        });
      }
    }
  });
});

it('reads BMP with run lengths (the example of the format’s documentation)', async () => {
  // 17 × 1 px of 8 bits: 3 of color 4, 5 of 6, a literal 45 56 67, 2 of 78, an end of bitmap.
  const runs = [3, 4, 5, 6, 0, 3, 45, 56, 67, 0, 2, 78, 0, 1];
  const bytes = new Uint8Array(54 + 1024 + runs.length);
  const view = new DataView(bytes.buffer);
  bytes.set([0x42, 0x4d]);
  view.setUint32(10, 54 + 1024, true);
  view.setUint32(14, 40, true);
  view.setInt32(18, 17, true);
  view.setInt32(22, 1, true);
  view.setUint16(28, 8, true);
  view.setUint32(30, 1, true);
  for (let i = 0; i < 256; i++) bytes.fill(i, 54 + 4 * i, 57 + 4 * i);
  bytes.set(runs, 54 + 1024);
  const { data } = await decodeImage(bytes);
  const levels = [4, 4, 4, 6, 6, 6, 6, 6, 45, 56, 67, 78, 78, 0, 0, 0, 0];
  expect([...data]).toEqual(levels.flatMap((level) => [level, level, level]));
});
