import type { RgbImage } from '@alexnet/files/image';
import type { Pixels } from '@alexnet/model';
import { byteImages, writeByteCrop } from './byte-crops.js';
import type { ExampleMaker } from './make-batch.js';

/** The inputs of decoded images, one after the other: bytes where the maker gives such. */
export function pixelsOf(maker: ExampleMaker, images: readonly RgbImage[]): Pixels {
  const { height, width, views, bytes } = maker;
  if (bytes) {
    const all = byteImages(images.length * views, [height, width, 3], bytes.mean);
    images.forEach((image, position) => {
      bytes.crops(image, position).forEach((crop, view) => {
        writeByteCrop(all, position * views + view, crop);
      });
    });
    return all;
  }
  const size = views * height * width * 3;
  const all = new Float32Array(images.length * size);
  images.forEach((image, position) => {
    maker.write(all, position * size, image, position);
  });
  return all;
}
