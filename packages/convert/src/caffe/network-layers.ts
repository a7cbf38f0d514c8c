import {
  type ConvSpec,
  inferShapes,
  type LayerSpec,
  type NetworkSpec,
  type PoolSpec,
  type Weight,
} from '@alexnet/model';
import type { Note } from '../alexnet/note.js';
import { FormatError } from '../format-error.js';
import type { CaffeLayer } from './caffe-net.js';

type Layer = CaffeLayer<string>;

export interface CaffeNetwork {
  /** Blobs by the name of our parameter, or a bare number for Caffe's running-mean factor. */
  readonly layers: readonly Layer[];
  /** Size Caffe's input must have, larger than the spec's where padding is left to the user. */
  readonly input: { readonly height: number; readonly width: number };
  readonly notes: readonly Note[];
}

/** Blob name of the number Caffe divides running statistics by. */
const UNIT_FACTOR = '1';

const ACTIVATION = { relu: 'ReLU', tanh: 'TanH', sigmoid: 'Sigmoid' } as const;

/**
 * A network as Caffe layers, `data` to `prob`.
 *
 * @throws FormatError unsupported for what Caffe cannot compute: padding on one side of any but the
 *   first layer, a within-map norm whose k is not 1
 */
export function caffeNetwork(spec: NetworkSpec): CaffeNetwork {
  const layers: Layer[] = [];
  const notes: Note[] = [];
  let { height, width } = spec.input;
  let value = 'data';
  const shapes = inferShapes(spec);
  for (const [index, layer] of spec.layers.entries()) {
    let padded = layer;
    if (layer.op === 'conv' && !isSymmetric(layer)) {
      if (index > 0) throw new FormatError('unsupported', `caffe: uneven padding of ${layer.name}`);
      padded = { ...layer, padding: { top: 0, left: 0, bottom: 0, right: 0 } };
      const { top, bottom, left, right } = layer.padding;
      height += top + bottom;
      width += left + right;
      const detail = `Caffe pads evenly: feed ${width}×${height} images with ${top}, ${left}, ${bottom}, ${right} zeros on top, left, bottom, right`;
      notes.push({ code: 'architecture', exact: false, detail });
    }
    const added = toCaffe(padded, value, shapes[index]?.input ?? []);
    layers.push(...added);
    value = added.at(-1)?.top[0] ?? value;
  }
  layers.push(plain('prob', 'Softmax', value, {}));
  return { layers, input: { height, width }, notes };
}

function toCaffe(layer: LayerSpec, bottom: string, maps: readonly number[]): Layer[] {
  const { name } = layer;
  switch (layer.op) {
    case 'conv': {
      const { filters, kernel, padding, stride, groups } = layer;
      const convolution_param = {
        num_output: filters,
        ...pair('pad', padding.top, padding.left, 0),
        ...pair('kernel', kernel[0], kernel[1], null),
        ...(stride === 1 ? {} : { stride }),
        ...(groups === 1 ? {} : { group: groups }),
      };
      const blobs = [`${name}.weight`, `${name}.bias`];
      return [{ ...plain(name, 'Convolution', bottom, { convolution_param }), blobs }];
    }
    case 'dense': {
      const parameters = { inner_product_param: { num_output: layer.units } };
      const blobs = [`${name}.weight`, `${name}.bias`];
      return [{ ...plain(name, 'InnerProduct', bottom, parameters), blobs }];
    }
    case 'activation':
      return [
        inPlace(
          name,
          ACTIVATION[layer.function],
          bottom,
          layer.slope === undefined ? {} : { relu_param: { negative_slope: layer.slope } },
        ),
      ];
    case 'pool': {
      const pad = evenPadding(layer);
      // Caffe starts a last, partial window unless told otherwise.
      const partial = (side: number) => (side + 2 * pad - layer.size) % layer.stride !== 0;
      const floor = layer.rounding !== 'ceil' && maps.slice(0, 2).some(partial);
      const pooling_param = {
        pool: layer.kind === 'max' ? 'MAX' : 'AVE',
        kernel_size: layer.size,
        stride: layer.stride,
        ...(pad > 0 ? { pad } : {}),
        ...(floor ? { round_mode: 'FLOOR' } : {}),
      };
      return [plain(name, 'Pooling', bottom, { pooling_param })];
    }
    case 'globalpool': {
      const pooling_param = { pool: 'AVE', global_pooling: true };
      return [plain(name, 'Pooling', bottom, { pooling_param })];
    }
    case 'lrn': {
      const { size, sumCoeff, beta, k, groups } = layer;
      const lrn_param = { local_size: size, alpha: sumCoeff * size, beta, k };
      if (groups === 1) return [plain(name, 'LRN', bottom, { lrn_param })];
      const towers = Array.from({ length: groups }, (_, tower) => `${name}_${tower}`);
      const slice = plain(`${name}_slice`, 'Slice', bottom, { slice_param: { axis: 1 } });
      const norms = towers.map((tower) => plain(`${tower}_lrn`, 'LRN', tower, { lrn_param }));
      return [
        { ...slice, top: towers },
        ...norms,
        { ...plain(name, 'Concat', '', {}), bottom: norms.map((norm) => norm.name) },
      ];
    }
    case 'mapnorm': {
      if (layer.k !== 1) throw new FormatError('unsupported', `caffe: k of ${name} is always 1`);
      const { size, sumCoeff, beta } = layer;
      const alpha = sumCoeff * size * size;
      const lrn_param = { local_size: size, alpha, beta, norm_region: 'WITHIN_CHANNEL' };
      return [plain(name, 'LRN', bottom, { lrn_param })];
    }
    case 'batchnorm': {
      const batch_norm_param = {
        use_global_stats: true,
        moving_average_fraction: layer.momentum,
        eps: layer.epsilon,
      };
      const statistics = [`${name}.running_mean`, `${name}.running_var`, UNIT_FACTOR];
      const scale = inPlace(`${name}_scale`, 'Scale', name, { scale_param: { bias_term: true } });
      return [
        { ...plain(name, 'BatchNorm', bottom, { batch_norm_param }), blobs: statistics },
        { ...scale, blobs: [`${name}.weight`, `${name}.bias`] },
      ];
    }
    case 'dropout':
      return layer.scaling === 'train'
        ? [inPlace(name, 'Dropout', bottom, { dropout_param: { dropout_ratio: layer.rate } })]
        : [plain(name, 'Power', bottom, { power_param: { scale: 1 - layer.rate } })];
    case 'flatten':
      return []; // InnerProduct flattens by itself, channels first
  }
}

/** Padding of a pool as Caffe has it: the same on all sides, and counted in a mean. */
function evenPadding({ name, kind, padding, countPadding }: PoolSpec): number {
  if (!padding) return 0;
  const { top, left, bottom, right } = padding;
  if ([left, bottom, right].some((side) => side !== top)) {
    throw new FormatError('unsupported', `caffe: uneven padding of ${name}`);
  }
  if (kind === 'avg' && !countPadding) {
    throw new FormatError('unsupported', `caffe: the mean of ${name} does not count its padding`);
  }
  return top;
}

function plain(name: string, type: string, bottom: string, parameters: Layer['parameters']): Layer {
  return { name, type, bottom: [bottom], top: [name], parameters, blobs: [] };
}

function inPlace(name: string, type: string, blob: string, parameters: Layer['parameters']): Layer {
  return { ...plain(name, type, blob, parameters), top: [blob] };
}

/** `pad` or `kernel_size` where both sides agree, `_h` and `_w` where not, nothing for the default. */
function pair(key: 'pad' | 'kernel', height: number, width: number, byDefault: number | null) {
  if (height !== width) return { [`${key}_h`]: height, [`${key}_w`]: width };
  if (height === byDefault) return {};
  return { [key === 'kernel' ? 'kernel_size' : key]: height };
}

function isSymmetric({ padding }: ConvSpec): boolean {
  return padding.top === padding.bottom && padding.left === padding.right;
}

/** The blob of each name, canonical shapes; Caffe keeps a dense weight as `[out, in]` too. */
export function blobOf(name: string, canonical: ReadonlyMap<string, Weight>): Weight {
  if (name === UNIT_FACTOR) return { shape: [1], data: Float32Array.of(1) };
  const weight = canonical.get(name);
  if (!weight) throw new FormatError('missing-tensor', `caffe: "${name}" is missing`);
  return weight;
}
