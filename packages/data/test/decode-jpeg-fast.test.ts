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

  it('refuses a cut image as the exact decoder does', async () => {
    const bytes = await gradient().jpeg().toBuffer();
    const cut = bytes.subarray(0, bytes.length - 150);
    await expect(decodeImage(cut, { fast: true, id: 'a.jpg' })).rejects.toThrow('"a.jpg"');
  });
});
