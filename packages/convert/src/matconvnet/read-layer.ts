import { bytesSource } from '@alexnet/files';
import { type MatValue, matNumbers } from '@alexnet/files/mat';
import type { Padding } from '@alexnet/model';
import { FormatError } from '../format-error.js';
import type { FoundLayer, FoundTensor } from '../found/found-network.js';
import { columnMajor, rowMajor, stridedTensor } from '../tensors/strided.js';
import type { StoredTensor } from '../tensors/tensor-file.js';
import type { MatLayer } from './find-layers.js';
import { cells, numberIn, text } from './mat-fields.js';

/** Options of the calls that choose how, not what, is computed. */
const ENGINE_OPTIONS = /^(no)?cudnn$|^(no)?verbose$/i;

/**
 * What a layer computes. Options that are not carried are refused by name.
 *
 * @param channels of the maps it sees, null before the first layer
 * @throws FormatError unsupported, missing-tensor, bad-shape
 */
export function readLayer(layer: MatLayer, channels: number | null): FoundLayer {
  requireEngineOptions(layer);
  const { type, options } = layer;
  switch (type) {
    case 'conv':
      return convolution(layer, channels);
    case 'pool': {
      const padding = paddingOf(layer);
      return {
        op: 'pool',
        kind: poolKind(layer),
        size: square(layer, 'pool', undefined),
        stride: square(layer, 'stride', 1),
        // A mean divides by the pixels of the map that its window covers (nnpooling.cu).
        ...(Object.values(padding).some((side) => side > 0) ? { padding } : {}),
      };
    }
    case 'relu': {
      const slope = numberIn(options.get('leak')) ?? 0;
      return { op: 'activation', function: 'relu', ...(slope > 0 ? { slope } : {}) };
    }
    case 'sigmoid':
      return { op: 'activation', function: 'sigmoid' };
    case 'dropout':
      return { op: 'dropout', rate: numberIn(options.get('rate')) ?? 0.5, scaling: 'train' };
    case 'lrn': {
      // param = [N kappa alpha beta], alpha not divided by N; vl_simplenn_tidy's where it is not set.
      const param = matNumbers(options.get('param'));
      const [size = 0, k = 0, sumCoeff = 0, beta = 0] = options.has('param')
        ? param
        : [5, 1, 0.0001 / 5, 0.75];
      if (size % 2 !== 1) throw refusal(layer, `has param(1) ${size}; an odd window is read`);
      return { op: 'lrn', size, k, sumCoeff, beta, groups: 1 };
    }
    case 'bnorm':
      return batchNorm(layer);
    default:
      return { op: 'unknown', detail: `matconvnet: a layer of type ${type} ("${layer.name}")` };
  }
}

/** `weights{1}` is `[h, w, in / groups, out]`, column-major; groups are what the maps have more channels. */
function convolution(layer: MatLayer, channels: number | null): FoundLayer {
  const [filters, biases] = layer.weights;
  const weight = tensorOf(layer, 'filters', filters, 4);
  const [height = 0, width = 0, inputs = 1, outputs = 0] = weight.shape;
  if (square(layer, 'dilate', 1) !== 1) throw refusal(layer, 'is dilated');
  const groups = channels === null ? 1 : channels / inputs;
  if (!Number.isInteger(groups)) {
    throw refusal(layer, `has filters for ${inputs} channels on maps of ${channels}`);
  }
  const bias = biases && biases.kind !== 'empty' ? vectorOf(layer, 'biases', biases) : null;
  return {
    op: 'conv',
    filters: outputs,
    kernel: [height, width],
    stride: square(layer, 'stride', 1),
    padding: paddingOf(layer),
    groups,
    rounding: 'floor',
    tensors: { weight, ...(bias && { bias }) },
  };
}

/**
 * `weights{3}` holds the mean and, with epsilon in it, the standard deviation of each channel
 * (vl_nnbnorm), so epsilon comes off again: what is computed does not depend on it.
 */
function batchNorm(layer: MatLayer): FoundLayer {
  const [factor, offset, moments] = layer.weights;
  const epsilon = numberIn(layer.options.get('epsilon')) ?? 1e-5; // vl_simplenn_tidy
  const weight = vectorOf(layer, 'multipliers', factor);
  const bias = vectorOf(layer, 'biases', offset);
  if (moments?.kind !== 'numeric') throw refusal(layer, 'has no moments, so it was never measured');
  const both = tensorOf(layer, 'moments', moments, 2);
  const [channels = 0, columns = 0] = both.shape;
  if (columns !== 2 || channels !== weight.shape[0]) {
    throw refusal(layer, `has moments of [${both.shape}]`);
  }
  const part = (name: string, column: number, change: (value: number) => number): FoundTensor => ({
    name: `${layer.name}.${name}`,
    dtype: both.dtype,
    shape: [channels],
    async read() {
      const values = await both.read();
      return Float32Array.from({ length: channels }, (_, at) =>
        change(values[2 * at + column] ?? 0),
      );
    },
  });
  const variance = (deviation: number) => {
    if (!(deviation > 0)) throw refusal(layer, 'has moments of 0, so it was never measured');
    return deviation ** 2 - epsilon;
  };
  return {
    op: 'batchnorm',
    momentum: 0.9,
    epsilon,
    tensors: {
      weight,
      bias,
      running_mean: part('moments.mean', 0, (value) => value),
      running_var: part('moments.deviation', 1, variance),
    },
  };
}

function refusal({ type, name }: MatLayer, detail: string): FormatError {
  return new FormatError('unsupported', `matconvnet: ${type} "${name}" ${detail}`);
}

function poolKind(layer: MatLayer): 'max' | 'avg' {
  const method = layer.options.has('method') ? text(layer.options.get('method')) : 'max';
  if (method === 'max' || method === 'avg') return method;
  throw refusal(layer, `has method ${method}`);
}

/** `opts` is added to a call as it is; a number belongs to the text before it. */
function requireEngineOptions(layer: MatLayer): void {
  let limit = false;
  for (const item of cells(layer.options.get('opts'))) {
    const word = text(item);
    if (limit && item.kind === 'numeric') limit = false;
    else if (/^cudnnworkspacelimit$/i.test(word)) limit = true;
    else if (!ENGINE_OPTIONS.test(word)) {
      throw refusal(layer, `has opts ${word || 'of numbers'}, which is not read`);
    }
  }
}

/** A size given once or for both sides, which have to be the same. */
function square(layer: MatLayer, key: string, byDefault: number | undefined): number {
  const [height = byDefault, width = height, ...more] = matNumbers(layer.options.get(key));
  if (height === undefined || !Number.isSafeInteger(height) || height < 1) {
    throw refusal(layer, `has no ${key}`);
  }
  if (height !== width || more.length > 0) {
    throw refusal(layer, `has ${key} ${height}×${width}; one for both axes is read`);
  }
  return height;
}

/** Padding once, for both axes (`dagnn.Filter`), or as top, bottom, left, right. */
function paddingOf(layer: MatLayer): Padding {
  const sides = matNumbers(layer.options.get('pad'));
  const [a = 0, b = a, c = a, d = a] = sides;
  if (![0, 1, 2, 4].includes(sides.length)) throw refusal(layer, `has ${sides.length} pads`);
  return sides.length === 2
    ? { top: a, bottom: a, left: b, right: b }
    : { top: a, bottom: b, left: c, right: d };
}

function vectorOf(layer: MatLayer, part: string, value: MatValue | undefined): FoundTensor {
  const tensor = tensorOf(layer, part, value, 2);
  return { ...tensor, shape: [tensor.shape.reduce((product, side) => product * side, 1)] };
}

function tensorOf(
  layer: MatLayer,
  part: string,
  value: MatValue | undefined,
  rank: number,
): FoundTensor {
  const name = `${layer.name}.${part}`;
  if (value?.kind !== 'numeric') {
    throw new FormatError(
      'missing-tensor',
      `matconvnet: ${layer.type} "${layer.name}" has no ${part}`,
    );
  }
  // MATLAB drops trailing sides of 1.
  const shape = [...value.shape, ...Array(Math.max(0, rank - value.shape.length)).fill(1)];
  const length = shape.reduce((product, side) => product * side, 1);
  const single = value.type === 7;
  const bytes = single ? value.data : new Uint8Array(Float64Array.from(matNumbers(value)).buffer);
  if (bytes.length !== length * (single ? 4 : 8)) {
    throw new FormatError('bad-shape', `matconvnet: "${name}" is not [${shape}]`);
  }
  const storage = { dtype: single ? 'f32' : 'f64', length, source: bytesSource(bytes) } as const;
  const plain = shape.filter((side) => side > 1).length < 2;
  const strides = plain ? rowMajor(shape) : columnMajor(shape);
  const tensor: StoredTensor = stridedTensor(name, storage, { offset: 0, shape, strides });
  return { ...tensor, name };
}
