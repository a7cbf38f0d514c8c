import { type ByteSource, bytesSource } from '@alexnet/files';
import { type MatValue, matNumbers, readMat } from '@alexnet/files/mat';
import type { Preprocessing } from '@alexnet/model';
import { assembleModel, type OpenOptions, type StoredModel } from '../alexnet/assemble-model.js';
import { choosePresets } from '../alexnet/choose-preset.js';
import { convolution, normalization } from '../alexnet/describe-spec.js';
import type { Note } from '../alexnet/note.js';
import { FormatError } from '../format-error.js';
import { columnMajor, rowMajor, stridedTensor } from '../tensors/strided.js';
import type { StoredTensor, StoredTensors } from '../tensors/tensor-file.js';

type Fields = ReadonlyMap<string, MatValue>;

/**
 * Reads an AlexNet from a MatConvNet `.mat` file. Dense layers are convolutions there; the ones at
 * the end become dense. Its importer has already turned Caffe's BGR into RGB.
 *
 * @throws FormatError
 */
export async function readMatconvnetModel(
  input: Uint8Array | ByteSource,
  options: OpenOptions,
): Promise<StoredModel> {
  const variables = await readMat(input);
  const layers = cells(variables.get('layers')).map(fieldsOf);
  if (layers.length === 0) {
    throw new FormatError(
      'not-this-format',
      'matconvnet: no cell array "layers" (a DagNN is none)',
    );
  }
  const { description, tensors } = followLayers(layers);
  const { presets, notes } = choosePresets(description, options);
  const meta = fieldsOf(variables.get('meta'));
  const prepared = preprocessing(
    fieldsOf(meta.get('normalization') ?? variables.get('normalization')),
  );
  const classes = fieldsOf(meta.get('classes') ?? variables.get('classes'));
  const names = cells(classes.get('description')).map((item) =>
    item.kind === 'char' ? item.text : '',
  );
  return assembleModel(
    {
      format: 'matconvnet',
      tensors,
      layout: 'channels-last',
      channelOrder: 'rgb',
      presets,
      preprocessing: prepared.preprocessing,
      classNames: names.length > 0 ? names : null,
      notes: [...notes, ...prepared.notes],
    },
    options,
  );
}

function followLayers(layers: readonly Fields[]): {
  description: readonly string[];
  tensors: StoredTensors;
} {
  const kernels = layers.map((layer) =>
    text(layer.get('type')) === 'conv' ? kernelOf(layer) : null,
  );
  // The head: 1×1 convolutions at the end, and the one before them.
  const convs = kernels.flatMap((kernel, index) => (kernel ? [index] : []));
  const lastWide = convs
    .filter((index) => (kernels[index]?.shape.slice(0, 2).join() ?? '') !== '1,1')
    .at(-1);
  const tensors: StoredTensors = new Map();
  const description: string[] = [];
  let channels = 3;
  for (const [index, layer] of layers.entries()) {
    const kernel = kernels[index];
    if (!kernel) {
      description.push(...describe(layer));
      continue;
    }
    const [height = 0, width = 0, inputs = 1, outputs = 0] = kernel.shape;
    const number = tensors.size / 2 + 1;
    const isHead = lastWide !== undefined && index >= lastWide && lastWide !== convs.at(-1);
    if (isHead) description.push('dense');
    else {
      const strides = sides(layer.get('stride'), 1);
      const [top, bottom, left, right] = quad(layer.get('pad'));
      const groups = Math.max(1, Math.round(channels / inputs));
      description.push(convolution([height, width], strides, [top, left, bottom, right], groups));
    }
    tensors.set(`${number}.weight`, kernel);
    tensors.set(`${number}.bias`, biasOf(layer, number));
    channels = outputs;
  }
  return { description, tensors };
}

function describe(layer: Fields): readonly string[] {
  const type = text(layer.get('type'));
  switch (type) {
    case 'relu':
      return ['relu'];
    case 'sigmoid':
      return ['sigmoid'];
    case 'pool': {
      if (quad(layer.get('pad')).some((side) => side !== 0)) {
        throw new FormatError('unsupported', 'matconvnet: padded pooling');
      }
      return [
        `${text(layer.get('method'))} ${sides(layer.get('pool'), 1)} / ${sides(layer.get('stride'), 1)}`,
      ];
    }
    case 'lrn':
    case 'normalize': {
      // param = [N kappa alpha beta], alpha not divided by N.
      const [size = 0, k = 0, sumCoeff = 0, beta = 0] = matNumbers(layer.get('param'));
      return [normalization('lrn', { size, k, sumCoeff, beta })];
    }
    case 'softmax':
    case 'softmaxloss':
    case 'dropout':
      return [];
    default:
      throw new FormatError('unsupported', `matconvnet: a layer of type ${type}`);
  }
}

/** `weights{1}`, or `filters` in files before 2015: `[h, w, in / groups, out]`, column-major. */
function kernelOf(layer: Fields): StoredTensor {
  const value = cells(layer.get('weights'))[0] ?? layer.get('filters');
  return tensorOf('filters', value, 4);
}

function biasOf(layer: Fields, number: number): StoredTensor {
  const value = cells(layer.get('weights'))[1] ?? layer.get('biases');
  const tensor = tensorOf(`biases of layer ${number}`, value, 2);
  return { ...tensor, shape: [tensor.shape.reduce((product, side) => product * side, 1)] };
}

function tensorOf(name: string, value: MatValue | undefined, rank: number): StoredTensor {
  if (value?.kind !== 'numeric') throw new FormatError('missing-tensor', `matconvnet: no ${name}`);
  // MATLAB drops trailing sides of 1.
  const shape = [...value.shape, ...Array(Math.max(0, rank - value.shape.length)).fill(1)];
  const length = shape.reduce((product, side) => product * side, 1);
  const single = value.type === 7;
  const bytes = single ? value.data : new Uint8Array(Float64Array.from(matNumbers(value)).buffer);
  if (bytes.length !== length * (single ? 4 : 8)) {
    throw new FormatError('bad-shape', `matconvnet: ${name} are not [${shape}]`);
  }
  const storage = { dtype: single ? 'f32' : 'f64', length, source: bytesSource(bytes) } as const;
  const strides = rank === 4 ? columnMajor(shape) : rowMajor(shape);
  return stridedTensor(name, storage, { offset: 0, shape, strides });
}

/** Resize and crop from `border` or `cropSize`; null where the file has neither. */
function preprocessing(normalization: Fields): {
  preprocessing: Preprocessing | null;
  notes: readonly Note[];
} {
  const [height, width] = matNumbers(normalization.get('imageSize'));
  const [border] = matNumbers(normalization.get('border'));
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
      resize: { shorterSide: side },
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

function cells(value: MatValue | undefined): readonly MatValue[] {
  return value?.kind === 'cell' ? value.items : [];
}

function fieldsOf(value: MatValue | undefined): Fields {
  return (value?.kind === 'struct' ? value.rows[0] : undefined) ?? new Map();
}

function text(value: MatValue | undefined): string {
  return value?.kind === 'char' ? value.text : '';
}

/** A size given once or for both sides. */
function sides(value: MatValue | undefined, byDefault: number): readonly number[] {
  const [height = byDefault, width = height] = matNumbers(value);
  return [height, width];
}

/** Padding, once or as top, bottom, left, right. */
function quad(value: MatValue | undefined): readonly [number, number, number, number] {
  const [top = 0, bottom = top, left = top, right = top] = matNumbers(value);
  return [top, bottom, left, right];
}
