import { checkBytePixels, type RgbImage } from '@alexnet/files/image';

/** Pixels as RGB, or RGBA as in `ImageData`, 8 bits a channel, row-major. */
export interface Pixels {
  readonly width: number;
  readonly height: number;
  /** `[height, width, 3]` or `[height, width, 4]`, values 0..255. */
  readonly data: Uint8Array | Uint8ClampedArray;
}

/**
 * Pixels as RGB, alpha laid over white.
 *
 * @throws RangeError when there are not three or four bytes for each pixel, and for floats and numbers in a list
 */
export function rgbOfPixels({ width, height, data }: Pixels): RgbImage {
  const area = width * height;
  checkBytePixels(data);
  if (data.length === area * 3) return { width, height, data };
  if (data.length !== area * 4) {
    throw new RangeError(
      `${width} × ${height} px need ${area * 3} bytes of RGB or ${area * 4} of RGBA, not ${data.length}`,
    );
  }
  const rgb = new Uint8ClampedArray(area * 3);
  for (let from = 0, to = 0; from < data.length; from += 4, to += 3) {
    const alpha = (data[from + 3] as number) / 255;
    for (let c = 0; c < 3; c++)
      rgb[to + c] = (data[from + c] as number) * alpha + 255 * (1 - alpha);
  }
  return { width, height, data: rgb };
}

/** Whether a value is {@link Pixels}. */
export function isPixels(value: unknown): value is Pixels {
  return typeof value === 'object' && value !== null && 'data' in value && 'width' in value;
}
