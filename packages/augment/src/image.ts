import { checkBytePixels, type RgbImage } from '@alexnet/files/image';

/** Throws unless `data` has the three bytes for each pixel that width and height promise. */
export function checkImage(image: RgbImage): void {
  const { width, height, data } = image;
  if (!(Number.isInteger(width) && Number.isInteger(height) && width > 0 && height > 0)) {
    throw new RangeError(`an image cannot be ${width} × ${height} px`);
  }
  checkBytePixels(data);
  if (data.length !== width * height * 3) {
    const needed = `${width} × ${height} × 3 = ${width * height * 3}`;
    throw new RangeError(`an RGB image needs ${needed} bytes, this one has ${data.length}`);
  }
}
