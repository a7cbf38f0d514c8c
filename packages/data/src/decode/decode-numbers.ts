import type { RgbImage } from '@alexnet/files/image';
import sharp, { type Metadata } from 'sharp';

/**
 * Decodes a TIFF of floats, of 32-bit or of signed 8-bit whole numbers: values of 0..255 are gray levels, and
 * floats of 0..1 shares of white. A sample beside the colors is left out.
 *
 * @throws {Error} when they are neither, or it is damaged or over `maxPixels`.
 */
export async function decodeNumbers(
  bytes: Uint8Array,
  { space = 'b-w', depth }: Pick<Metadata, 'space' | 'depth'>,
  maxPixels: number,
): Promise<RgbImage<Uint8Array>> {
  const isFloat = depth === 'float' || depth === 'double';
  // In the color space they have: in any other they would be rescaled and bent.
  const { data, info } = await sharp(bytes, {
    limitInputPixels: maxPixels,
    failOn: 'error',
    ignoreIcc: true,
    autoOrient: true,
  })
    .pipelineColorspace(space)
    .toColorspace(space)
    .raw({ depth: 'float' })
    .toBuffer({ resolveWithObject: true });
  const { width, height, channels } = info;
  const samples = new Float32Array(data.buffer, data.byteOffset, width * height * channels);
  const values = new Float32Array(width * height * 3);
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (let i = 0; i < values.length; i++) {
    const color = channels < 3 ? 0 : i % 3;
    const value = samples[Math.floor(i / 3) * channels + color] ?? Number.NaN;
    values[i] = value;
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  if (!(low >= 0 && high <= 255)) {
    const [what, belongs] = isFloat
      ? ['floats', '0 to 1 or 0 to 255 belong']
      : ['whole numbers', '0 to 255 belong'];
    throw new Error(`${what} from ${low} to ${high}, where ${belongs}`);
  }
  const scale = isFloat && high <= 1 ? 255 : 1;
  return { width, height, data: Uint8Array.from(values, (value) => Math.round(value * scale)) };
}
