import sharp, { type Sharp } from 'sharp';
import { describe, expect, it } from 'vitest';
import { readJpegHeader } from '../src/decode/jpeg-header.js';
import { decodeImage, fastDecoderName } from '../src/index.js';

/** A smooth 40 × 30 image: red grows to the right, green downwards. */
function gradient(): Sharp {
  const data = new Uint8Array(40 * 30 * 3);
  for (let i = 0; i < 40 * 30; i++) data.set([(i % 40) * 6, Math.floor(i / 40) * 8, 60], i * 3);
  return sharp(data, { raw: { width: 40, height: 30, channels: 3 } });
}

async function largestDifference(bytes: Uint8Array): Promise<number> {
  const [exact, fast] = [await decodeImage(bytes), await decodeImage(bytes, { fast: true })];
  expect([fast.width, fast.height]).toEqual([exact.width, exact.height]);
  return exact.data.reduce(
    (max, value, i) => Math.max(max, Math.abs(value - (fast.data[i] ?? 999))),
    0,
  );
}

describe('readJpegHeader', () => {
  it('finds size, components and orientation', async () => {
    const upright = await gradient().jpeg().toBuffer();
    expect(readJpegHeader(upright)).toEqual({
      width: 40,
      height: 30,
      components: 3,
      precision: 8,
      orientation: 1,
    });
    const turned = await gradient().withMetadata({ orientation: 6 }).jpeg().toBuffer();
    expect(readJpegHeader(turned)?.orientation).toBe(6);
    const gray = await gradient().toColorspace('b-w').jpeg({ progressive: true }).toBuffer();
    expect(readJpegHeader(gray)?.components).toBe(1);
  });

  it('of two orientations the first counts, as for the exact decoder', async () => {
    const [turned, upright] = await Promise.all(
      [6, 1].map(async (orientation) => gradient().withMetadata({ orientation }).jpeg().toBuffer()),
    );
    const exifOf = (bytes = Buffer.alloc(0)) => {
      const at = bytes.indexOf('\xff\xe1', 0, 'latin1');
      return bytes.subarray(at, at + 2 + bytes.readUInt16BE(at + 2));
    };
    const start = Buffer.from([0xff, 0xd8]);
    const rest = (await gradient().jpeg().toBuffer()).subarray(2);
    const twice = Buffer.concat([start, exifOf(turned), exifOf(upright), rest]);
    expect(readJpegHeader(twice)?.orientation).toBe(6);
    expect((await decodeImage(twice)).width).toBe(30);
  });

  it.each([
    ['fill bytes before a marker', [0xff, 0xff, 0xff, 0xc0, 0, 8, 8, 0, 3, 0, 2, 1]],
    ['tables before the frame', [0xff, 0xc4, 0, 2, 0xff, 0xc2, 0, 8, 8, 0, 3, 0, 2, 1]],
    ['another segment', [0xff, 0xe1, 0, 4, 7, 7, 0xff, 0xcf, 0, 8, 8, 0, 3, 0, 2, 1]],
  ])('passes over %s', (_, markers) => {
    expect(readJpegHeader(Uint8Array.from([0xff, 0xd8, ...markers]))).toEqual({
      width: 2,
      height: 3,
      components: 1,
      precision: 8,
      orientation: 1,
    });
  });

  it.each([
    ['a frame without components', [0xff, 0xc0, 0, 7, 8, 0, 3, 0, 2, 1]],
    ['a segment of no length', [0xff, 0xe0, 0, 1, 0xff, 0xc0, 0, 8, 8, 0, 3, 0, 2, 1]],
    ['a segment over the end', [0xff, 0xc0, 0, 9, 8, 0, 3, 0, 2, 1]],
    ['no marker', [0, 0xc0, 0, 8, 8, 0, 3, 0, 2, 1]],
  ])('gives up on %s', (_, markers) => {
    expect(readJpegHeader(Uint8Array.from([0xff, 0xd8, ...markers]))).toBeNull();
  });

  it('gives up on damaged files without reading past their end', async () => {
    const bytes = await gradient().withMetadata({ orientation: 6 }).jpeg().toBuffer();
    for (let length = 0; length < 200; length++) {
      expect(() => readJpegHeader(bytes.subarray(0, length))).not.toThrow();
    }
    const exif = bytes.indexOf('Exif');
    for (let at = exif; at < exif + 40; at++) {
      const broken = Buffer.from(bytes);
      broken[at] = 0xff;
      expect(() => readJpegHeader(broken)).not.toThrow();
    }
  });
});

describe.skipIf(fastDecoderName() === 'sharp')('decodeImage, fast', () => {
  it('is within a few gray levels of the exact decoder', async () => {
    expect(await largestDifference(await gradient().jpeg({ quality: 90 }).toBuffer())).toBeLessThan(
      8,
    );
    const gray = await gradient().toColorspace('b-w').jpeg({ quality: 90 }).toBuffer();
    expect(await largestDifference(gray)).toBeLessThan(8);
  });

  it('writes to the memory given', async () => {
    const bytes = await gradient().jpeg().toBuffer();
    const fresh = await decodeImage(bytes, { fast: true });
    const into = new Uint8Array(5000);
    const { data } = await decodeImage(bytes, { fast: true, into: () => into });
    expect(data.buffer).toBe(into.buffer);
    expect([...data]).toEqual([...fresh.data]);
  });

  it('leaves everything unusual to the exact decoder', async () => {
    for (const unusual of [
      gradient().withMetadata({ orientation: 6 }).jpeg(),
      gradient().toColorspace('cmyk').jpeg(),
      gradient().png(),
    ]) {
      expect(await largestDifference(await unusual.toBuffer())).toBe(0);
    }
  });

  it('refuses what only begins as a JPEG, as the exact decoder does', async () => {
    const stub = Uint8Array.from([0xff, 0xd8, 0xff, 0xe0]);
    await expect(decodeImage(stub, { fast: true, id: 'a.jpg' })).rejects.toThrow(
      'cannot decode image "a.jpg"',
    );
  });

  it('refuses a cut image as the exact decoder does', async () => {
    const bytes = await gradient().jpeg().toBuffer();
    const cut = bytes.subarray(0, bytes.length - 150);
    await expect(decodeImage(cut, { fast: true, id: 'a.jpg' })).rejects.toThrow('"a.jpg"');
  });
});
