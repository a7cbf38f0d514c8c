import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { decodeImage, UndecodableImageError } from '../src/index.js';

const SIDE = 16;
const solid = (r: number, g: number, b: number, alpha?: number) =>
  sharp({
    create: {
      width: SIDE,
      height: SIDE,
      channels: alpha === undefined ? 3 : 4,
      background: { r, g, b, ...(alpha === undefined ? {} : { alpha }) },
    },
  });

async function center(bytes: Uint8Array): Promise<number[]> {
  const { width, height, data } = await decodeImage(bytes);
  expect(data).toHaveLength(width * height * 3);
  const at = ((height >> 1) * width + (width >> 1)) * 3;
  return [...data.subarray(at, at + 3)];
}

function expectNear(found: readonly number[], expected: readonly number[], levels: number): void {
  for (const [i, value] of expected.entries()) {
    expect(Math.abs((found[i] ?? Number.NaN) - value)).toBeLessThanOrEqual(levels);
  }
}

describe('decodeImage', () => {
  it.each(['jpeg', 'png', 'webp', 'gif', 'avif', 'tiff'] as const)('reads %s', async (format) => {
    const bytes = await solid(200, 100, 50).toFormat(format).toBuffer();
    expectNear(await center(bytes), [200, 100, 50], 4);
  });

  it('reads the first frame of a moving GIF', async () => {
    const frames = await Promise.all(
      [solid(255, 0, 0), solid(0, 0, 255)].map((frame) => frame.png().toBuffer()),
    );
    const bytes = await sharp(frames, { join: { animated: true } })
      .gif()
      .toBuffer();
    const { width, height, data } = await decodeImage(bytes);
    expect([width, height, ...data.subarray(0, 3)]).toEqual([SIDE, SIDE, 255, 0, 0]);
  });

  it('leaves out a sample of a TIFF that is not said to be alpha', async () => {
    const bytes = await solid(200, 100, 50, 0.5).tiff({ compression: 'none' }).toBuffer();
    // ExtraSamples: a short, one, 2 (alpha).
    const entry = bytes.indexOf(Uint8Array.from([0x52, 1, 3, 0, 1, 0, 0, 0, 2, 0]));
    expect(entry).toBeGreaterThan(0);
    expectNear(await center(bytes), [227, 177, 152], 2);
    bytes[entry + 8] = 0;
    expect(await center(bytes)).toEqual([200, 100, 50]);
  });

  it('repeats gray over three channels', async () => {
    const bytes = await solid(90, 90, 90).toColorspace('b-w').png().toBuffer();
    expect((await sharp(bytes).metadata()).channels).toBe(1);
    expect(await center(bytes)).toEqual([90, 90, 90]);
  });

  it('scales 16 bits to 8, color and gray', async () => {
    for (const [space, channels] of [
      ['rgb16', 3],
      ['grey16', 1],
    ] as const) {
      const bytes = await solid(200, 200, 200).toColorspace(space).png().toBuffer();
      expect(await sharp(bytes).metadata()).toMatchObject({ depth: 'ushort', channels });
      expect(await center(bytes)).toEqual([200, 200, 200]);
    }
  });

  it('lays alpha over white', async () => {
    expect(await center(await solid(0, 0, 0, 0).png().toBuffer())).toEqual([255, 255, 255]);
    expectNear(await center(await solid(0, 0, 200, 0.5).png().toBuffer()), [127, 127, 227], 1);
  });

  it('does not apply an embedded color profile, as Pillow does not', async () => {
    const bytes = await solid(200, 100, 50).withIccProfile('p3').png().toBuffer();
    const { data } = await sharp(bytes, { ignoreIcc: true })
      .raw()
      .toBuffer({ resolveWithObject: true });
    expect((await sharp(bytes).metadata()).icc).toBeDefined();
    expect([...data.subarray(0, 3)]).not.toEqual([200, 100, 50]);
    expect(await center(bytes)).toEqual([...data.subarray(0, 3)]);
  });

  it('applies EXIF orientation', async () => {
    const left = { left: 0, top: 0, width: SIDE / 2, height: SIDE };
    const red = await solid(255, 0, 0).extract(left).png().toBuffer();
    const bytes = await solid(0, 0, 255)
      .composite([{ input: red, left: 0, top: 0 }])
      .extend({ bottom: SIDE, background: '#00f' })
      .withMetadata({ orientation: 6 })
      .png()
      .toBuffer();
    const { width, height, data } = await decodeImage(bytes);
    // Orientation 6: turn right by 90 degrees. The red top left corner becomes the top right one.
    expect([width, height]).toEqual([2 * SIDE, SIDE]);
    const topRight = (width - 1) * 3;
    expect([...data.subarray(topRight, topRight + 3)]).toEqual([255, 0, 0]);
    expect([...data.subarray(0, 3)]).toEqual([0, 0, 255]);
  });

  it.each([
    ['empty', new Uint8Array(0), 'empty file'],
    ['text', new TextEncoder().encode('<html>404</html>'), 'a web page, which is not read'],
    [
      'svg',
      new TextEncoder().encode('<svg xmlns="http://www.w3.org/2000/svg"/>'),
      'SVG, which is not read',
    ],
  ])('names an image that is %s', async (_, bytes, reason) => {
    const error = await decodeImage(bytes, { id: 'cat/1.jpg' }).catch((thrown) => thrown);
    expect(error).toBeInstanceOf(UndecodableImageError);
    expect(error.id).toBe('cat/1.jpg');
    expect(error.message).toContain(`cannot decode image "cat/1.jpg": ${reason}`);
  });

  it('refuses a truncated JPEG with one line', async () => {
    const noise = { type: 'gaussian', mean: 128, sigma: 50 } as const;
    const whole = await sharp({
      create: { width: 64, height: 64, channels: 3, background: '#000', noise },
    })
      .jpeg()
      .toBuffer();
    const error = await decodeImage(whole.subarray(0, whole.length / 2)).catch((thrown) => thrown);
    expect(error).toBeInstanceOf(UndecodableImageError);
    expect(error.message.split('\n')).toHaveLength(1);
  });

  it('views an array file without a copy, and refuses what is not [height, width, 3] uint8', async () => {
    const npy = (header: string, pixels: number) => {
      const bytes = Buffer.alloc(128 + pixels, 7);
      bytes.write('\x93NUMPY\x01\x00v\x00', 'latin1');
      bytes.write(`${header.padEnd(117)}\n`, 10);
      return bytes;
    };
    const dtype = (descr: string, shape: string, fortran = 'False') =>
      `{'descr': '${descr}', 'fortran_order': ${fortran}, 'shape': (${shape}), }`;
    const bytes = npy(dtype('|u1', '4, 5, 3'), 60);
    const image = await decodeImage(bytes);
    expect([image.width, image.height, image.data.length]).toEqual([5, 4, 60]);
    expect(image.data.buffer).toBe(bytes.buffer);
    for (const [wrong, reason] of [
      [npy(dtype('<f4', '4, 5, 3'), 240), 'not [height, width, 3]'],
      [npy(dtype('|u1', '4, 5, 3', 'True'), 60), 'not [height, width, 3]'],
      [npy(dtype('|u1', '4, 5'), 20), 'not [height, width, 3]'],
      [npy(dtype('|u1', '4, 5, 3'), 59), '59 bytes where 60 belong'],
      [npy(dtype('|u1', '0, 5, 3'), 0), '0 bytes where 0 belong'],
      [npy(dtype('|u1', '4, 5, 3'), 60).subarray(0, 9), ''],
    ] as const) {
      const error = await decodeImage(wrong, { id: 'a.npy' }).catch((thrown) => thrown);
      expect(error).toBeInstanceOf(UndecodableImageError);
      expect(error.message).toContain(reason);
    }
  });

  it('refuses an image that would take too much memory', async () => {
    // A valid PNG whose header claims 60,000 × 60,000 pixels.
    const png = await solid(0, 0, 0).png().toBuffer();
    png.writeUInt32BE(60_000, 16);
    png.writeUInt32BE(60_000, 20);
    const { crc32 } = await import('node:zlib');
    png.writeUInt32BE(crc32(png.subarray(12, 29)), 29);
    await expect(decodeImage(png)).rejects.toThrow(/pixel limit/);
  });
});
