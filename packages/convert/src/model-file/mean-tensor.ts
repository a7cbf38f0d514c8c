import { channelMeanOf, type MeanImage, meanImageOf, type Preprocessing } from '@alexnet/model';
import { FormatError } from '../format-error.js';
import type { SafetensorsTensor } from '../safetensors/dtype.js';
import { readFloats } from '../safetensors/floats.js';

/** Where a model file keeps the mean image: `[3, height, width]`, RGB, gray levels 0..255, F32. */
export const MEAN_TENSOR = 'preprocessing.mean';

/** A mean image in metadata: the name of its tensor, or its numbers where the format has none to spare. */
export type MeanJson =
  | { readonly tensor: typeof MEAN_TENSOR }
  | {
      readonly height: number;
      readonly width: number;
      /** Base64 of float32 little-endian, `[height, width, 3]`, RGB, gray levels 0..255. */
      readonly float32: string;
    };

/** A preprocessing as JSON. */
export type PreprocessingJson = Omit<Preprocessing, 'mean'> & {
  readonly mean: readonly [number, number, number] | MeanJson | null;
};

/** @param inline whether a mean image stands in the JSON itself instead of in a tensor beside it */
export function preprocessingJson(
  preprocessing: Preprocessing,
  inline: boolean,
): PreprocessingJson {
  const image = meanImageOf(preprocessing);
  if (!image) return { ...preprocessing, mean: channelMeanOf(preprocessing) };
  if (!inline) return { ...preprocessing, mean: { tensor: MEAN_TENSOR } };
  const { height, width, data } = image;
  return { ...preprocessing, mean: { height, width, float32: toBase64(data) } };
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
 * The preprocessing of its JSON.
 *
 * @param tensor {@link MEAN_TENSOR} of the file, where there is one
 * @throws FormatError bad-metadata when the mean image is missing, of another shape or smaller than the crop
 */
export function parsePreprocessing(
  json: PreprocessingJson,
  tensor: SafetensorsTensor | undefined,
): Preprocessing {
  const { mean } = json;
  if (mean === null || !('float32' in mean || 'tensor' in mean)) return { ...json, mean };
  const image = 'float32' in mean ? inlineImage(mean) : tensor && tensorImage(tensor);
  const { height, width } = json.crop;
  if (!image || image.height < height || image.width < width) {
    throw new FormatError(
      'bad-metadata',
      'preprocessing: the mean image is missing, or no RGB image as large as the crop',
    );
  }
  return { ...json, mean: image };
}

function inlineImage(mean: Extract<MeanJson, { readonly float32: string }>): MeanImage | undefined {
  const { height, width } = mean;
  const data = fromBase64(mean.float32);
  return data.length === 3 * height * width ? { height, width, data } : undefined;
}

function tensorImage(tensor: SafetensorsTensor): MeanImage | undefined {
  const [channels, height = 0, width = 0] = tensor.shape;
  if (channels !== 3 || tensor.shape.length !== 3) return undefined;
  const planes = readFloats(MEAN_TENSOR, tensor.dtype, tensor.data);
  const area = height * width;
  const data = Float32Array.from(
    planes,
    (_, i) => planes[(i % 3) * area + Math.floor(i / 3)] as number,
  );
  return { height, width, data };
}

function toBase64({ buffer, byteOffset, byteLength }: Float32Array): string {
  const bytes = new Uint8Array(buffer, byteOffset, byteLength);
  let text = '';
  // Arguments of one call are limited.
  for (let at = 0; at < bytes.length; at += 0x8000) {
    text += String.fromCharCode(...bytes.subarray(at, at + 0x8000));
  }
  return btoa(text);
}

function fromBase64(text: string): Float32Array {
  const bytes = Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  return new Float32Array(bytes.buffer, 0, Math.floor(bytes.length / 4));
}
