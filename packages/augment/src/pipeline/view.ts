import type { CropBox, RgbImage } from '@alexnet/files/image';
import { cropImage } from '../crop-image.js';
import type { Vector3 } from '../eigen-symmetric.js';
import { flipImage } from '../flip-image.js';
import { checkImage } from '../image.js';
import type { ImageSize } from '../image-size.js';
import { cropResized } from '../normalize-crop.js';
import type { ResizeMethod } from '../resize-image.js';

/**
 * An image with what is still to be done to it: resized to `size`, cut to `box` of that, mirrored if
 * `flip`, then (pixel + noise) · gain. Nothing is computed until pixels are needed, so that a resize, a
 * crop, a flip and a normalization cost one pass over the pixels of the crop.
 */
export interface View {
  readonly image: RgbImage;
  /** Of the whole image once resized, px. */
  readonly size: ImageSize;
  /** How it is resized. */
  readonly method: ResizeMethod;
  /** Lies inside `size`. */
  readonly box: CropBox;
  readonly flip: boolean;
  /** Added to every pixel, RGB, gray levels 0..255. */
  readonly noise: Vector3;
  /** Everything is multiplied by it after the mean is subtracted. */
  readonly gain: number;
}

/** All of an image, as it is. */
export function viewOf(image: RgbImage): View {
  checkImage(image);
  const { width, height } = image;
  const box = { top: 0, left: 0, height, width };
  const size = { width, height };
  return { image, size, method: {}, box, flip: false, noise: [0, 0, 0], gain: 1 };
}

/** The part of a view at `crop`, in pixels of what the view shows. */
export function cropView(view: View, crop: CropBox): View {
  const { box, flip } = view;
  const left = flip ? box.width - crop.left - crop.width : crop.left;
  return { ...view, box: { ...crop, top: box.top + crop.top, left: box.left + left } };
}

/** The pixels a view shows, uint8, without noise and gain. */
export function develop(view: View): RgbImage {
  const { image, box } = cropResized(view.image, view.size, view.box, view.method);
  const whole = box.width === image.width && box.height === image.height;
  const cut = whole ? image : cropImage(image, box);
  return view.flip ? flipImage(cut) : cut;
}
