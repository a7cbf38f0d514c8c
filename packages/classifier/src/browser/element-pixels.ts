import type { RgbImage } from '@alexnet/files/image';
import { ClassifierError } from '../classifier-error.js';
import { AS_STORED, rgbOf } from './decode-image.js';

/** What a page shows. Of a video, the frame it is at. */
export type PageImage = HTMLImageElement | HTMLVideoElement | HTMLCanvasElement | OffscreenCanvas;

/** By its class's name: there are no elements in a worker, and those of a frame are of classes of its own. */
const nameOf = (value: unknown) => Object.prototype.toString.call(value).slice(8, -1);

/** Whether a value is a {@link PageImage}. */
export function isPageImage(value: unknown): value is PageImage {
  return ['HTMLImageElement', 'HTMLVideoElement', 'HTMLCanvasElement', 'OffscreenCanvas'].includes(
    nameOf(value),
  );
}

/**
 * Pixels of an image (at its own size, as its file would be decoded), of a canvas, or of the frame a video is at.
 *
 * @throws {ClassifierError} `undecodable`, when nothing is there yet, or it came from another site that does not
 * let it be read
 */
export async function pixelsOfElement(element: PageImage): Promise<RgbImage> {
  if ('videoWidth' in element) {
    if (element.readyState < HTMLMediaElement.HAVE_CURRENT_DATA) {
      throw new ClassifierError(
        'undecodable',
        'That video shows no frame yet: wait for its "loadeddata" event.',
      );
    }
    return readable(() => rgbOf(element, element.videoWidth, element.videoHeight));
  }
  if (!('naturalWidth' in element))
    return readable(() => rgbOf(element, element.width, element.height));
  await element.decode().catch(() => {
    throw new ClassifierError(
      'undecodable',
      'That image element has no image this browser can decode.',
    );
  });
  const bitmap = await createImageBitmap(element, AS_STORED);
  try {
    return readable(() => rgbOf(bitmap, bitmap.width, bitmap.height));
  } finally {
    bitmap.close();
  }
}

function readable(read: () => RgbImage): RgbImage {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof DOMException && error.name === 'SecurityError')) throw error;
    throw new ClassifierError(
      'undecodable',
      'That element shows something of another site: ask for it with crossorigin="anonymous", from a server that allows it.',
    );
  }
}
