import { type FeatureShape, type InputSpec, type LayerSpec, layerOutput } from '@alexnet/model';
import { FormatError } from '../format-error.js';
import { filled, reordered } from '../tensors/derived.js';
import type { StoredTensor } from '../tensors/tensor-file.js';
import {
  type FlattenOrder,
  type FoundLayer,
  type FoundNetwork,
  type FoundTensor,
  UNSAID_INIT,
} from './found-network.js';
import { convolutionPadding, paddingFor } from './same-padding.js';
import { trimmedPool } from './trimmed-pool.js';

/** A layer with everything a spec needs but its name, and its tensors in the network's layout. */
export interface TidyLayer {
  /** `name` is still empty. */
  readonly spec: LayerSpec;
  readonly tensors: ReadonlyMap<string, StoredTensor>;
}

/** Maps on their way into a dense layer. */
export interface Flattened {
  readonly order: FlattenOrder;
  readonly map: readonly [height: number, width: number, channels: number];
}

/**
 * One spelling for what tools spell differently: layers that change nothing are gone, pools keep
 * only the padding their windows reach, a convolution over a whole map is the dense layer it equals,
 * missing biases are zeros, and the first dense layer sees its inputs in the layout's order.
 *
 * @throws FormatError unsupported for a layer that has no counterpart, unknown-network where sizes do
 *   not work out
 */
export function tidyLayers(
  { layers, layout }: Pick<FoundNetwork, 'layers' | 'layout'>,
  input: InputSpec,
): { readonly layers: readonly TidyLayer[]; readonly classes: number } {
  const tidy: TidyLayer[] = [];
  let shape = [input.height, input.width, input.channels] as FeatureShape;
  let flattened = null as Flattened | null;
  // Without a flatten or a mean over the maps, it is the window of a convolution that ends them.
  const ends = layers.some(({ op }) => op === 'flatten' || op === 'globalpool');
  const natural: FlattenOrder = layout === 'channels-first' ? 'chw' : 'hwc';
  const add = (spec: LayerSpec, tensors: TidyLayer['tensors'] = new Map()) => {
    shape = stepped(spec, shape);
    tidy.push({ spec, tensors });
  };
  const flatten = (order: FlattenOrder) => {
    if (shape.length !== 3) return;
    flattened = { order, map: shape };
    add({ op: 'flatten', name: '' });
  };
  for (const layer of layers) {
    const found = !ends && isDense(layer, shape) ? asDense(layer) : layer;
    if (found !== layer) flatten(natural);
    switch (found.op) {
      case 'unknown':
        throw new FormatError('unsupported', found.detail);
      case 'flatten':
        flatten(found.order);
        break;
      case 'conv': {
        const { tensors, around: _, ...rest } = found;
        const padding = convolutionPadding(found, shape);
        add({ ...rest, padding, name: '', init: UNSAID_INIT }, filters(tensors, found.filters));
        break;
      }
      case 'dense': {
        const { tensors, ...rest } = found;
        const parts = filters(tensors, found.units);
        const weight = parts.get('weight');
        if (flattened && weight) {
          parts.set('weight', inOrder(weight, flattened, natural, layout));
        }
        flattened = null;
        add({ ...rest, name: '', init: UNSAID_INIT }, parts);
        break;
      }
      case 'batchnorm': {
        const { tensors, ...rest } = found;
        const parts = statistics(tensors, shape.at(-1) ?? 0);
        if (flattened) {
          for (const [part, tensor] of parts) {
            parts.set(part, inOrder(tensor, flattened, 'hwc', 'vector'));
          }
        }
        add({ ...rest, name: '' }, parts);
        break;
      }
      case 'pool': {
        const { padding, ...rest } = found;
        const sides = padding && paddingFor(padding, shape, [found.size, found.size], found.stride);
        const pool = trimmedPool({ ...rest, ...(sides && { padding: sides }), name: '' }, shape);
        if (pool) add(pool);
        break;
      }
      case 'dropout':
        if (found.rate > 0) add({ ...found, name: '' });
        break;
      default:
        add({ ...found, name: '' });
    }
  }
  if (shape.length === 3 && shape[0] * shape[1] === 1) add({ op: 'flatten', name: '' });
  if (shape.length !== 1) {
    throw new FormatError('unknown-network', `the network ends in maps of ${shape.join('×')}`);
  }
  return { layers: tidy, classes: shape[0] };
}

function stepped(spec: LayerSpec, shape: FeatureShape): FeatureShape {
  try {
    return layerOutput(spec, shape);
  } catch (cause) {
    const detail = cause instanceof Error ? cause.message.replace(/^: */, '') : String(cause);
    throw new FormatError('unknown-network', `the sizes do not work out: ${spec.op}: ${detail}`);
  }
}

type FoundConv = Extract<FoundLayer, { op: 'conv' }>;

/** Whether a convolution sees its whole map at once, as dense layers are kept by MatConvNet. */
function isDense(layer: FoundLayer, shape: FeatureShape): layer is FoundConv {
  if (layer.op !== 'conv' || layer.groups !== 1) return false;
  const [height = 1, width = 1] = shape.length === 3 ? shape : [];
  const whole = layer.kernel[0] === height && layer.kernel[1] === width;
  const sides = convolutionPadding(layer, [height, width, 1]);
  return whole && Object.values(sides).every((side) => side === 0);
}

function asDense({ filters: units, tensors }: FoundConv): FoundLayer {
  return { op: 'dense', units, tensors };
}

function filters(
  { weight, bias }: { readonly weight?: FoundTensor; readonly bias?: FoundTensor },
  count: number,
): Map<string, StoredTensor> {
  if (!weight) throw new FormatError('missing-tensor', 'a layer without its weights');
  return new Map<string, StoredTensor>([
    ['weight', weight],
    ['bias', bias ?? filled(count, 0)],
  ]);
}

function statistics(
  { weight, bias, running_mean, running_var }: Extract<FoundLayer, { op: 'batchnorm' }>['tensors'],
  count: number,
): Map<string, StoredTensor> {
  if (!running_mean || !running_var) {
    throw new FormatError('missing-tensor', 'a batch norm without its running mean and variance');
  }
  return new Map<string, StoredTensor>([
    ['weight', weight ?? filled(count, 1)],
    ['bias', bias ?? filled(count, 0)],
    ['running_mean', running_mean],
    ['running_var', running_var],
  ]);
}

/** A tensor whose inputs come out of a flatten, with these inputs in the wanted order. */
export function inOrder(
  tensor: StoredTensor,
  { order, map }: Flattened,
  wanted: FlattenOrder,
  layout: FoundNetwork['layout'] | 'vector',
): StoredTensor {
  const [height, width, channels] = map;
  if (order === wanted || height * width === 1) return tensor;
  const inputs = order === 'chw' ? [channels, height, width] : [height, width, channels];
  const axes = order === 'chw' ? [1, 2, 0] : [2, 0, 1];
  if (layout === 'vector') return reordered(tensor, inputs, axes);
  return layout === 'channels-last'
    ? reordered(tensor, [...inputs, tensor.shape.at(-1) ?? 1], [...axes, 3])
    : reordered(tensor, [tensor.shape[0] ?? 1, ...inputs], [0, ...axes.map((axis) => axis + 1)]);
}
