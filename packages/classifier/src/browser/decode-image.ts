import type { RgbImage } from '@alexnet/files/image';
import { ClassifierError } from '../classifier-error.js';

/** 64 megapixels: 256 MB as RGBA, beyond any camera phone's usual setting. */
const LARGEST_PIXELS = 64e6;

/** EXIF orientation applied, embedded color profiles not. */
export const AS_STORED: ImageBitmapOptions = {
  imageOrientation: 'from-image',
  colorSpaceConversion: 'none',
};

/**
 * A file the browser can decode as an RGB image: EXIF orientation applied, alpha over white, embedded
 * color profiles passed over, as PIL, torchvision and `decodeImage` of `@alexnet/data` do.
 *
 * @throws {ClassifierError} `undecodable`, when the browser cannot.
 */
export async function decodeImage(file: Blob): Promise<RgbImage> {
  let bitmap: ImageBitmap;
  try {
    bitmap = await createImageBitmap(file, AS_STORED);
  } catch {
    const name = file instanceof File ? file.name : 'That file';
    throw new ClassifierError(
      'undecodable',
      `${name} is not an image this browser can decode. Try a JPEG, PNG or WebP.`,
    );
  }
  try {
    return rgbOf(bitmap, bitmap.width, bitmap.height);
  } finally {
    bitmap.close();
  }
}

/** The pixels of a bitmap or of a playing video, over white. */
export function rgbOf(source: CanvasImageSource, width: number, height: number): RgbImage {
  if (width * height > LARGEST_PIXELS) {
    throw new ClassifierError(
      'undecodable',
      `That image has ${Math.round((width * height) / 1e6)} megapixels; the limit is 64. Make it smaller.`,
    );
  }
  const canvas = new OffscreenCanvas(width, height);
  const context = canvas.getContext('2d', { willReadFrequently: true });
  if (!context) throw new ClassifierError('undecodable', 'This browser gives no 2D canvas.');
  context.fillStyle = '#fff';
  context.fillRect(0, 0, width, height);
  context.drawImage(source, 0, 0);
  const rgba = context.getImageData(0, 0, width, height).data;
  const data = new Uint8Array(width * height * 3);
  for (let from = 0, to = 0; from < rgba.length; from += 4) {
    data[to++] = rgba[from] ?? 0;
    data[to++] = rgba[from + 1] ?? 0;
    data[to++] = rgba[from + 2] ?? 0;
  }
  return { width, height, data };
}
