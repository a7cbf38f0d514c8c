import type { Preprocessing } from '@alexnet/model';
import { prepareImage } from '../prepare-image.js';
import { prepareTenCrop } from '../prepare-ten-crop.js';
import type { ExampleMaker } from './make-batch.js';

/** Makes batches for evaluation: the center crop of every image, or ten crops. */
export function preparation(
  preprocessing: Preprocessing,
  { tenCrop = false }: { readonly tenCrop?: boolean } = {},
): ExampleMaker {
  const prepare = tenCrop ? prepareTenCrop : prepareImage;
  const { height, width } = preprocessing.crop;
  return {
    height,
    width,
    views: tenCrop ? 10 : 1,
    write: (out, offset, image) => out.set(prepare(image, preprocessing), offset),
  };
}
