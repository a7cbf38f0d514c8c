import type { RgbImage } from '@alexnet/files/image';
import sharp, { type Metadata } from 'sharp';
import { firstExtraSample } from './tiff-header.js';

/**
 * Decodes an image of four inks, a JPEG (CMYK or YCCK) or a TIFF, to RGB: white minus an ink minus black,
 * as PIL's `convert("RGB")` and browsers with `colorSpaceConversion: 'none'` do, no profile applied. Of 16
 * bits the upper 8 count; a fifth ink, or whatever else lies beside the four, is left out.
 *
 * @throws {Error} when it is damaged or over `maxPixels`.
 */
export async function decodeCmyk(
  bytes: Uint8Array,
  { depth }: Pick<Metadata, 'depth'>,
  maxPixels: number,
): Promise<RgbImage<Uint8Array>> {
  const isWide = depth === 'ushort';
  const { data: raw, info } = await sharp(bytes, {
    limitInputPixels: maxPixels,
    failOn: 'error',
    ignoreIcc: true,
    autoOrient: true,
  })
    .pipelineColorspace('cmyk')
    .toColorspace('cmyk')
    .raw({ depth: isWide ? 'ushort' : 'uchar' })
    .toBuffer({ resolveWithObject: true });
  const { width, height, channels } = info;
  if (channels > 4 && firstExtraSample(bytes) !== 0) {
    throw new Error('four inks and alpha, which is not read; flatten it');
  }
  const inks = isWide ? upperBytes(raw) : raw;
  const data = new Uint8Array(width * height * 3);
  for (let from = 0, to = 0; from < inks.length; from += channels) {
    const black = inks[from + 3] as number;
    for (let ink = 0; ink < 3; ink++) {
      const product = (inks[from + ink] as number) * (255 - black) + 128;
      // A 255th, rounded, in whole numbers.
      data[to++] = 255 - black - (((product >> 8) + product) >> 8);
    }
  }
  return { width, height, data };
}

function upperBytes(raw: Buffer): Uint8Array {
  const values = new Uint16Array(raw.buffer, raw.byteOffset, raw.length / 2);
  return Uint8Array.from(values, (value) => value >> 8);
}
