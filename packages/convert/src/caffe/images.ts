import type { InputSpec, Preprocessing } from '@alexnet/model';
import type { Note } from '../alexnet/note.js';
import type { OpenOptions } from '../alexnet/open-options.js';
import { FormatError } from '../format-error.js';
import {
  type InputAffine,
  isNoChange,
  preprocessingOf,
  thenAffine,
} from '../found/input-affine.js';
import type { CaffeLayer, CaffeNet } from './caffe-net.js';
import { type LayerOptions, optionsOf } from './layer-options.js';
import { caffePreprocessing } from './mean-image.js';
import { readMean } from './read-mean.js';

/**
 * Size of the images a net takes, as its input or its data layer says it, the crop where there is one;
 * null where it does not.
 */
export function inputOf(net: CaffeNet): InputSpec | null {
  const channels = channelsOf(net.layers);
  const shapes = [net.input ?? [], ...net.layers.map((layer) => shapeOf(layer))];
  const [, depth, height, width] = shapes.find((sides) => sides.length === 4) ?? [];
  if (depth && height && width) return { height, width, channels: depth };
  const crop = said(net.layers, (options) => options.number('crop_size', 0))[0];
  if (crop && channels) return { height: crop, width: crop, channels };
  for (const layer of net.layers) {
    const options = optionsOf(layer, 'image_data_param');
    const [down, across] = [options.number('new_height', 0), options.number('new_width', 0)];
    if (down && across && channels) return { height: down, width: across, channels };
  }
  return null;
}

/** `[n, c, h, w]` of an Input or MemoryData layer. */
function shapeOf(layer: CaffeLayer): readonly number[] {
  const shape = optionsOf(layer, 'input_param').numbers('shape');
  if (shape.length > 0) return shape;
  const memory = optionsOf(layer, 'memory_data_param');
  const sides = ['channels', 'height', 'width'].map((key) => memory.number(key, 0));
  return sides.every((side) => side > 0) ? [1, ...sides] : [];
}

function channelsOf(layers: readonly CaffeLayer[]): number {
  const first = layers.find(({ blobs }) => blobs.length > 0);
  const inputs = first?.blobs[0]?.shape[1] ?? 0;
  return first?.type === 'Convolution' ? inputs : 0;
}

/** What data layers say, those of testing before those of training, 0 and nothing left out. */
function said<T>(layers: readonly CaffeLayer[], read: (options: LayerOptions) => T): readonly T[] {
  const ordered = [...layers].sort((a, b) => Number(a.training ?? 0) - Number(b.training ?? 0));
  // Until 2014 the data layers had these options themselves.
  return ordered
    .flatMap((layer) =>
      (['transform_param', 'data_param', 'image_data_param'] as const).map((parameter) =>
        read(optionsOf(layer, parameter)),
      ),
    )
    .filter((value) => (Array.isArray(value) ? value.length > 0 : Boolean(value)));
}

/**
 * How a net's images are prepared: the mean the caller gives or the file says, the scale of the data
 * layer, and what Power layers do before the first layer.
 *
 * @throws FormatError bad-shape for a mean of another form, unsupported for what one number a channel
 *   and a mean image cannot say
 */
export async function preparation(
  { layers }: CaffeNet,
  front: InputAffine,
  { mean: given, preprocessing }: Pick<OpenOptions, 'mean' | 'preprocessing'>,
  input: InputSpec,
): Promise<{ readonly preprocessing: Preprocessing | null; readonly notes: readonly Note[] }> {
  const [scale = 1] = said(layers, (options) => options.number('scale', 0));
  const [own] = said(layers, (options) => options.numbers('mean_value'));
  const [file] = said(layers, (options) => options.word('mean_file', ''));
  const mean = given ? await readMean(given) : own;
  const unchanged = isNoChange(front);
  if (preprocessing && !unchanged) {
    throw new FormatError(
      'unsupported',
      'caffe: the net itself changes its pixels before the first layer; leave the preprocessing out',
    );
  }
  if (input.channels !== 3) {
    if (given || !unchanged) {
      throw new FormatError(
        'unsupported',
        `caffe: a preparation for images of ${input.channels} channels; three are read`,
      );
    }
    return { preprocessing: null, notes: [] };
  }
  if (mean === undefined && scale === 1 && unchanged) {
    const detail = `the net was trained with the mean image ${file}, which goes with it as "mean"`;
    const notes: Note[] = file ? [{ code: 'preprocessing', exact: true, detail }] : [];
    return { preprocessing: null, notes };
  }
  if (mean && 'height' in mean) {
    const prepared = caffePreprocessing(mean, input);
    const [factor = 1, ...factors] = front.scale;
    if (front.shift.some((value) => value !== 0) || factors.length > 0) {
      throw new FormatError('unsupported', 'caffe: the net shifts its pixels behind a mean image');
    }
    const by = 1 / (scale * factor);
    return {
      ...prepared,
      preprocessing: { ...prepared.preprocessing, std: by === 1 ? null : [by, by, by] },
    };
  }
  const means = mean ?? [0];
  if (means.length !== 1 && means.length !== 3) {
    throw new FormatError('unsupported', `caffe: ${means.length} mean values for 3 channels`);
  }
  const taken = { scale: [scale], shift: means.map((value) => -value * scale) };
  const { preprocessing: found, note } = preprocessingOf(
    thenAffine(taken, front),
    input,
    null,
    'bgr',
  );
  const detail = `mean and scale became the preprocessing, for pixels from 0 to ${found.range}; the file does not say how images are resized: to the size of the input at once, as Caffe's own example of classification does`;
  return {
    preprocessing: found,
    notes: [{ ...note, detail }],
  };
}
