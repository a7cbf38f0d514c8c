import type { RgbImage } from '@alexnet/files/image';
import type { Preprocessing } from '@alexnet/model';
import { normalizedCenter, normalizedCrops } from '../prepare-image.js';
import { normalizedTen } from '../prepare-ten-crop.js';
import { byteMeanOf } from './byte-crops.js';
import type { ExampleMaker } from './make-batch.js';

/** Makes batches for evaluation: the center crop of every image, or ten crops. */
export function preparation(
  preprocessing: Preprocessing,
  { tenCrop = false }: { readonly tenCrop?: boolean } = {},
): ExampleMaker {
  const { crop } = preprocessing;
  const crops = (image: RgbImage) =>
    tenCrop ? normalizedTen(image, preprocessing) : [normalizedCenter(image, preprocessing)];
  return {
    height: crop.height,
    width: crop.width,
    views: tenCrop ? 10 : 1,
    write: (out, offset, image) => out.set(normalizedCrops(crops(image), preprocessing), offset),
    bytes: { crops, mean: byteMeanOf(preprocessing) },
  };
}
