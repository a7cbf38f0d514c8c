import type { RgbImage } from '@alexnet/files/image';
import sharp from 'sharp';

/**
 * Decodes an image of four inks, a JPEG (CMYK or YCCK) or a TIFF, to RGB: white minus an ink minus black,
 * as PIL's `convert("RGB")` and browsers with `colorSpaceConversion: 'none'` do, no profile applied.
 *
 * @throws {Error} when it is damaged or over `maxPixels`.
 */
export async function decodeCmyk(
  bytes: Uint8Array,
  maxPixels: number,
): Promise<RgbImage<Uint8Array>> {
  const { data: inks, info } = await sharp(bytes, {
    limitInputPixels: maxPixels,
    failOn: 'error',
    ignoreIcc: true,
    autoOrient: true,
  })
    .pipelineColorspace('cmyk')
    .toColorspace('cmyk')
    .raw({ depth: 'uchar' })
    .toBuffer({ resolveWithObject: true });
  const { width, height, channels } = info;
  if (channels !== 4) throw new Error(`four inks in ${channels} channels`);
  const data = new Uint8Array(width * height * 3);
  for (let from = 0, to = 0; from < inks.length; from += 4) {
    const black = inks[from + 3] as number;
    for (let ink = 0; ink < 3; ink++) {
      const product = (inks[from + ink] as number) * (255 - black) + 128;
      // A 255th, rounded, in whole numbers.
      data[to++] = 255 - black - (((product >> 8) + product) >> 8);
    }
  }
  return { width, height, data };
}
