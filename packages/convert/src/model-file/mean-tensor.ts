import { type MeanImage, meanImageOf, type Preprocessing } from '@alexnet/model';
import { FormatError } from '../format-error.js';
import type { SafetensorsTensor } from '../safetensors/dtype.js';
import { readFloats } from '../safetensors/floats.js';

/** Where a model file keeps the mean image: `[3, height, width]`, RGB, gray levels 0..255, F32. */
export const MEAN_TENSOR = 'preprocessing.mean';

/** A preprocessing as the metadata have it: a mean image is the name of its tensor. */
export function preprocessingJson(preprocessing: Preprocessing | null): unknown {
  if (!preprocessing || !meanImageOf(preprocessing)) return preprocessing;
  return { ...preprocessing, mean: { tensor: MEAN_TENSOR } };
}

/** The tensor of a preprocessing's mean image, or null where it has none. */
export function meanTensor(preprocessing: Preprocessing | null): SafetensorsTensor | null {
  const image = preprocessing && meanImageOf(preprocessing);
  if (!image) return null;
  const { height, width, data } = image;
  const area = height * width;
  const planes = Float32Array.from(
    data,
    (_, i) => data[(i % area) * 3 + Math.floor(i / area)] as number,
  );
  return { dtype: 'F32', shape: [3, height, width], data: new Uint8Array(planes.buffer) };
}

/**
 * Puts the mean image in the place of its tensor's name.
 *
 * @param json what `checkPreprocessing` let pass
 * @throws FormatError bad-metadata when the tensor is missing, of another shape or smaller than the crop
 */
export function withMeanImage(
  json: Preprocessing | null,
  tensor: SafetensorsTensor | undefined,
): Preprocessing | null {
  if (!json?.mean || !('tensor' in json.mean)) return json;
  const [channels, height = 0, width = 0] = tensor?.shape ?? [];
  const { crop } = json;
  if (!tensor || channels !== 3 || height < crop.height || width < crop.width) {
    throw new FormatError(
      'bad-metadata',
      `preprocessing: the mean image "${MEAN_TENSOR}" is missing, or no [3, height, width] as large as the crop`,
    );
  }
  const planes = readFloats(MEAN_TENSOR, tensor.dtype, tensor.data);
  const area = height * width;
  const data = Float32Array.from(
    planes,
    (_, i) => planes[(i % 3) * area + Math.floor(i / 3)] as number,
  );
  const mean: MeanImage = { height, width, data };
  return { ...json, mean };
}
