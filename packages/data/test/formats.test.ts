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

describe('images as Pillow and tifffile write them', () => {
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
    ['bit-unit.tif', bit],
    ['gray-255.tif', gray],
    ['float-color.tif', color],
    ['float-color-255.tif', color],
    ['float-turned.tif', color],
    ['uint32.tif', gray],
    ['big-beside.tif', color],
  ])('%s', async (name, expected) => {
    const image = await decodeImage(await file(name));
    expect([image.width, image.height]).toEqual([7, 5]);
    expect([...image.data]).toEqual(expected);
  });

  it.each(['cmyk.tif', 'cmyk.jpg', 'cmyk-plain.jpg', 'ycck.jpg', 'cmyk16.tif', 'cmyk5.tif'])(
    '%s, mixed as Pillow mixes inks',
    async (name) => {
      const expected = JSON.parse((await file('cmyk.json')).toString());
      expect([...(await decodeImage(await file(name))).data]).toEqual(expected[name]);
    },
  );

  it.each([
    ['negative.tif', 'floats from -50 to 130, where 0 to 1 or 0 to 255 belong'],
    ['int8-low.tif', 'whole numbers from -128 to 52, where 0 to 255 belong'],
    ['int16.tif', '16-bit floats or signed numbers'],
    ['uint32-high.tif', 'whole numbers from 0 to 30317'],
    ['half.tif', '16-bit floats'],
    ['bands.tif', '3 bands, and nothing says which are red, green and blue'],
    ['ycbcr.tif', 'YCbCr without JPEG'],
    ['cmyk-alpha.tif', 'four inks and alpha'],
  ])('%s is refused: %s', async (name, reason) => {
    await expect(decodeImage(await file(name))).rejects.toThrow(reason);
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

  it.each(['tiles.tif', 'palette.tif'])('%s cut behind its directory', async (name) => {
    const whole = await file(name);
    await decodeImage(whole);
    await expect(decodeImage(whole.subarray(0, whole.length - 100))).rejects.toThrow(
      'it is cut short',
    );
  });

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

/** A bitmap with the header of Windows 3, or of OS/2, as the format's documentation has them. */
function bmp(header: {
  readonly bits: number;
  readonly height: number;
  readonly width: number;
  readonly rows: readonly number[];
  readonly compression?: number;
  readonly masks?: readonly number[];
  readonly palette?: readonly number[];
  readonly os2?: boolean;
}): Uint8Array {
  const { bits, height, width, rows, compression = 0, masks = [], palette = [], os2 } = header;
  const table = os2 ? 26 : 54;
  const start = table + 4 * masks.length + palette.length;
  const bytes = new Uint8Array(start + rows.length);
  const view = new DataView(bytes.buffer);
  bytes.set([0x42, 0x4d]);
  view.setUint32(10, start, true);
  view.setUint32(14, os2 ? 12 : 40, true);
  if (os2)
    [width, height, 1, bits].forEach((value, i) => void view.setUint16(18 + 2 * i, value, true));
  else {
    view.setInt32(18, width, true);
    view.setInt32(22, height, true);
    view.setUint16(28, bits, true);
    view.setUint32(30, compression, true);
    view.setUint32(46, palette.length / 4, true);
  }
  masks.forEach((mask, i) => void view.setUint32(table + 4 * i, mask, true));
  bytes.set(palette, table + 4 * masks.length);
  bytes.set(rows, start);
  return bytes;
}

describe('BMP', () => {
  const [red, green, blue, white, black] = [
    [255, 0, 0],
    [0, 255, 0],
    [0, 0, 255],
    [255, 255, 255],
    [0, 0, 0],
  ];
  /** Blue, green, red and a byte that is not used, as palettes have them. */
  const palette = [0, 0, 0, 0, 0, 0, 255, 0, 0, 255, 0, 0, 255, 0, 0, 0];
  it.each([
    [
      '16 bits, five each',
      { bits: 16, height: 2, width: 2, rows: [0x00, 0x7c, 0xe0, 0x03, 0x1f, 0, 0xff, 0x7f] },
      [blue, white, red, green],
    ],
    [
      '16 bits, masked 5 6 5',
      {
        bits: 16,
        height: 2,
        width: 2,
        compression: 3,
        masks: [0xf800, 0x07e0, 0x001f],
        rows: [0x00, 0xf8, 0xe0, 0x07, 0x1f, 0, 0, 0],
      },
      [blue, black, red, green],
    ],
    [
      '32 bits, masked',
      {
        bits: 32,
        height: 2,
        width: 1,
        compression: 3,
        masks: [0xff, 0xff00, 0xff0000],
        rows: [255, 0, 0, 9, 0, 255, 0, 9],
      },
      [green, red],
    ],
    [
      '24 bits from the top, rows of four bytes',
      { bits: 24, height: -2, width: 1, rows: [0, 0, 255, 7, 255, 0, 0, 7] },
      [red, blue],
    ],
    [
      '4 bits',
      { bits: 4, height: 2, width: 3, palette, rows: [0x01, 0x20, 0, 0, 0x32, 0x10, 0, 0] },
      [blue, green, red, black, red, green],
    ],
    [
      '4 bits in runs, with a jump, a line and a literal',
      {
        bits: 4,
        height: 3,
        width: 3,
        compression: 2,
        palette,
        rows: [3, 0x12, 0, 0, 0, 2, 1, 1, 1, 0x30, 0, 1],
      },
      [black, blue, black, black, black, black, red, green, red],
    ],
    [
      '8 bits of OS/2, three bytes a color',
      {
        bits: 8,
        height: 1,
        width: 3,
        os2: true,
        palette: [0, 0, 255, 0, 255, 0, 255, 0, 0],
        rows: [2, 1, 0, 0],
      },
      [blue, green, red],
    ],
  ])('of %s', async (_, header, expected) => {
    const { width, height, data } = await decodeImage(bmp(header));
    expect([width, height]).toEqual([header.width, Math.abs(header.height)]);
    expect([...data]).toEqual(expected.flat());
  });

  it.each([
    [{ bits: 2, height: 1, width: 1, rows: [0, 0, 0, 0] }, 'a bitmap of 2 bits, compression 0'],
    [{ bits: 8, height: 1, width: 1, compression: 3, rows: [0, 0, 0, 0] }, 'compression 3'],
    [{ bits: 4, height: 1, width: 1, compression: 1, rows: [0, 0, 0, 0] }, 'compression 1'],
    [{ bits: 24, height: 2, width: 1, rows: [0, 0, 0, 0, 0, 0] }, 'it is cut short'],
  ])('refuses %j', async (header, message) => {
    await expect(decodeImage(bmp(header))).rejects.toThrow(message);
  });
});

describe('PNM', () => {
  const text = (content: string) => decodeImage(Buffer.from(content, 'latin1'));
  it.each([
    ['P1 # bits may stand together\n2 2\n0110', [255, 0, 0, 255]],
    ['P1\n3 1 1 0 1\n', [0, 255, 0]],
    ['P2\n# three grays\n3 1 10\n0 5 10\n', [0, 128, 255]],
    ['P5 2 1 200\n\0\x64', [0, 128]],
  ])('%j in grays', async (content, grays) => {
    expect([...(await text(content)).data]).toEqual(grays.flatMap((level) => Array(3).fill(level)));
  });

  it('P3 in colors, values over the largest held to it', async () => {
    const { width, height, data } = await text('P3 1 2 51 0 17 51 # half\n34 60 1');
    expect([width, height, ...data]).toEqual([1, 2, 0, 85, 255, 170, 255, 5]);
  });

  it.each([
    ['P2 2 1 10 5', 'it is cut short'],
    ['P2 2 1 10 5 x', 'a number is missing'],
    ['P2 0 1 10 5', '0 × 1 px'],
    ['P2 1 1 0 5', 'a largest value of 0'],
    ['P2 1 1 65536 5', 'a largest value of 65536'],
    ['P5 2 2 255\nabc', 'it is cut short'],
  ])('refuses %j', async (content, message) => {
    await expect(text(content)).rejects.toThrow(message);
  });
});

it('reads BMP with run lengths (the example of the format’s documentation)', async () => {
  // 17 × 1 px of 8 bits: 3 of color 4, 5 of 6, a literal 45 56 67, 2 of 78, an end of bitmap.
  const rows = [3, 4, 5, 6, 0, 3, 45, 56, 67, 0, 2, 78, 0, 1];
  const palette = Array.from({ length: 1024 }, (_, i) => (i % 4 === 3 ? 0 : i >> 2));
  const { data } = await decodeImage(
    bmp({ bits: 8, height: 1, width: 17, compression: 1, palette, rows }),
  );
  const levels = [4, 4, 4, 6, 6, 6, 6, 6, 45, 56, 67, 78, 78, 0, 0, 0, 0];
  expect([...data]).toEqual(levels.flatMap((level) => [level, level, level]));
});
