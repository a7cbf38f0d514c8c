import type { RgbImage } from '@alexnet/files/image';
import { checkImage } from './image.js';

/** Mirrors an image left to right (a copy). */
export function flipImage(image: RgbImage): RgbImage {
  checkImage(image);
  const { width, height } = image;
  const data = new Uint8Array(width * height * 3);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const from = (y * width + x) * 3;
      const to = (y * width + (width - 1 - x)) * 3;
      data[to] = image.data[from] ?? 0;
      data[to + 1] = image.data[from + 1] ?? 0;
      data[to + 2] = image.data[from + 2] ?? 0;
    }
  }
  return { width, height, data };
}
