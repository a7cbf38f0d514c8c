import type { RgbImage } from '@alexnet/files/image';
import type { Preprocessing } from '@alexnet/model';
import { normalizedCenter, writeCrops } from '../prepare-image.js';
import { normalizedTen } from '../prepare-ten-crop.js';
import { byteMeanOf } from './byte-crops.js';
import type { ExampleMaker } from './make-batch.js';

/** How images are seen. */
export interface PreparationOptions {
  /** Ten crops of every image instead of its center crop. */
  readonly tenCrop?: boolean;
}

/** Makes batches for evaluation: the center crop of every image, or ten crops. */
export function preparation(
  preprocessing: Preprocessing,
  { tenCrop = false }: PreparationOptions = {},
): ExampleMaker {
  const { height, width } = preprocessing.crop;
  const crops = cropsOf(preprocessing, tenCrop);
  return {
    height,
    width,
    views: tenCrop ? 10 : 1,
    write: (out, offset, image) => writeCrops(out, offset, crops(image), preprocessing),
  };
}

/** The same, for a device that normalizes bytes too. */
export function bytePreparation(
  preprocessing: Preprocessing,
  options: PreparationOptions = {},
): ExampleMaker {
  const crops = cropsOf(preprocessing, options.tenCrop ?? false);
  return {
    ...preparation(preprocessing, options),
    bytes: { crops, mean: byteMeanOf(preprocessing) },
  };
}

function cropsOf(preprocessing: Preprocessing, tenCrop: boolean) {
  return (image: RgbImage) =>
    tenCrop ? normalizedTen(image, preprocessing) : [normalizedCenter(image, preprocessing)];
}
