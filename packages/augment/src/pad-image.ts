import type { RgbImage } from '@alexnet/files/image';
import type { ImageSize } from './image-size.js';

/**
 * Lays an image into the middle of one that has at least `size`, an odd rest going to the right and
 * below, as torchvision's `CenterCrop` does.
 *
 * @param value Gray level of what lies around it, 0..255.
 */
export function padImage(image: RgbImage, size: ImageSize, value: number): RgbImage {
  if (image.width >= size.width && image.height >= size.height) return image;
  const width = Math.max(image.width, size.width);
  const height = Math.max(image.height, size.height);
  const left = Math.floor((width - image.width) / 2);
  const top = Math.floor((height - image.height) / 2);
  const data = new Uint8Array(width * height * 3).fill(value);
  const row = image.width * 3;
  for (let y = 0; y < image.height; y++) {
    data.set(image.data.subarray(y * row, (y + 1) * row), ((top + y) * width + left) * 3);
  }
  return { width, height, data };
}
