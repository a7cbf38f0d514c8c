import type { RgbImage } from '@alexnet/augment';

/** An RGB image as canvas pixels. */
export function toImageData({ width, height, data }: RgbImage): ImageData {
  const image = new ImageData(width, height);
  for (let from = 0, to = 0; from < data.length; from += 3, to += 4) {
    image.data[to] = data[from] ?? 0;
    image.data[to + 1] = data[from + 1] ?? 0;
    image.data[to + 2] = data[from + 2] ?? 0;
    image.data[to + 3] = 255;
  }
  return image;
}

/** Every pixel replaced by its Rec. 709 luma (on the sRGB values), in all three channels. */
export function toGray({ width, height, data }: RgbImage): RgbImage {
  const gray = new Uint8Array(data.length);
  for (let i = 0; i < data.length; i += 3) {
    const luma =
      0.2126 * (data[i] ?? 0) + 0.7152 * (data[i + 1] ?? 0) + 0.0722 * (data[i + 2] ?? 0);
    gray.fill(Math.round(luma), i, i + 3);
  }
  return { width, height, data: gray };
}
