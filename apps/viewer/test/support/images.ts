import type { RgbImage } from '@alexnet/augment';
import sharp from 'sharp';

/** An image nobody needs to own: waves of color, not square, so that resizing has work to do. */
export function testImage(width = 123, height = 97): RgbImage {
  const data = new Uint8Array(width * height * 3);
  for (let i = 0; i < data.length; i++) {
    const [c, x, y] = [i % 3, Math.floor(i / 3) % width, Math.floor(i / 3 / width)];
    data[i] =
      128 +
      90 * Math.sin(x / (5 + 3 * c) + c) * Math.cos(y / (7 - c)) +
      30 * Math.sin(x * y * 0.003);
  }
  return { width, height, data };
}

/** The same pixels as a PNG file. */
export function png({ width, height, data }: RgbImage): Promise<Buffer> {
  return sharp(data, { raw: { width, height, channels: 3 } })
    .png()
    .toBuffer();
}

/** A JPEG whose pixels lie on their side, with the EXIF mark that says so (orientation 6). */
export function sidewaysJpeg({ width, height, data }: RgbImage): Promise<Buffer> {
  return sharp(data, { raw: { width, height, channels: 3 } })
    .withMetadata({ orientation: 6 })
    .jpeg()
    .toBuffer();
}
