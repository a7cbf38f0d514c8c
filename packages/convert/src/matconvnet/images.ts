import { matNumbers } from '@alexnet/files/mat';
import type { InputSpec, Preprocessing } from '@alexnet/model';
import type { Note } from '../alexnet/note.js';
import { cells, type Fields, fieldsOf, numberIn, text } from './mat-fields.js';

/** Size of the images, as the normalization or the input of a network says it; null where neither does. */
export function inputOf(meta: Fields, channels: number): InputSpec | null {
  const inputs = fieldsOf(meta.get('inputs'));
  const sizes = [
    fieldsOf(meta.get('normalization')).get('imageSize'),
    meta.get('inputSize'),
    inputs.get('size'),
  ].map((value) => matNumbers(value));
  const [height, width] = sizes.find((size) => size.length >= 2) ?? [];
  return height && width ? { height, width, channels } : null;
}

/** Class names in label order; null where the file has none. */
export function classNamesOf(meta: Fields): readonly string[] | null {
  const names = cells(fieldsOf(meta.get('classes')).get('description')).map(text);
  return names.length > 0 ? names : null;
}

/** Resize and crop from `border` or `cropSize`; null where the file has neither. */
export function preprocessingIn(meta: Fields): {
  preprocessing: Preprocessing | null;
  notes: readonly Note[];
} {
  const normalization = fieldsOf(meta.get('normalization'));
  const [height, width] = matNumbers(normalization.get('imageSize'));
  const [border] = matNumbers(normalization.get('border'));
  const aspect = numberIn(normalization.get('keepAspect'));
  const [cropSize] = matNumbers(normalization.get('cropSize'));
  const average = matNumbers(normalization.get('averageImage'));
  const side =
    border === undefined
      ? height && cropSize && Math.round(height / cropSize)
      : height && height + border;
  if (!height || !width || !side || average.length < 3 || average.length % 3 !== 0) {
    return { preprocessing: null, notes: [] };
  }
  const area = average.length / 3;
  const means = [0, 1, 2].map(
    (channel) =>
      average.slice(channel * area, (channel + 1) * area).reduce((sum, value) => sum + value, 0) /
      area,
  ) as [number, number, number];
  const whole = area === height * width;
  const notes: Note[] = [];
  if (area > 1 && !whole) {
    const detail = `averageImage has ${area} pixels, not ${width}×${height}, and became one mean per channel`;
    notes.push({ code: 'mean-image', exact: false, detail });
  }
  return {
    preprocessing: {
      resize: {
        shorterSide: side,
        ...(aspect === 0 && height === width ? { squash: true } : {}),
        ...(text(normalization.get('interpolation')) === 'bicubic'
          ? { interpolation: 'bicubic' }
          : {}),
      },
      crop: { height, width },
      channelOrder: 'rgb',
      range: 255,
      mean: whole ? { height, width, data: rowMajorImage(average, height, width) } : means,
      std: null,
    },
    notes,
  };
}

/** `[height, width, 3]` of Matlab's column-major order. */
function rowMajorImage(values: readonly number[], height: number, width: number): Float32Array {
  const image = new Float32Array(values.length);
  for (let i = 0; i < image.length; i++) {
    const pixel = Math.floor(i / 3);
    const [y, x] = [Math.floor(pixel / width), pixel % width];
    image[i] = values[(i % 3) * height * width + x * height + y] ?? 0;
  }
  return image;
}
