import { diverging, paint } from './color-scale.js';

/** Signed values row by row as an image: violet below zero, pale at zero, orange above. */
export function signedImage(
  values: ArrayLike<number>,
  width: number,
  height: number,
  reach: number,
): ImageData {
  const image = new ImageData(width, height);
  for (let i = 0; i < width * height; i++) {
    const share = reach > 0 ? (values[i] ?? 0) / reach : 0;
    paint(image.data, i * 4, diverging, (share + 1) / 2);
  }
  return image;
}
