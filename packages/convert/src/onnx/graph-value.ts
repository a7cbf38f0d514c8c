import type { Padding } from '@alexnet/model';
import { FormatError } from '../format-error.js';
import type { FoundLayer } from '../found/found-network.js';
import type { StoredTensor } from '../tensors/tensor-file.js';
import type { OnnxConstant } from './parse-tensor.js';

/** The images on their way: everything computed from the input to here. */
export interface Flow {
  readonly kind: 'flow';
  readonly layers: readonly FoundLayer[];
  /** Axis order of the maps here. */
  readonly axes: 'nchw' | 'nhwc';
  /** Zeros put around the maps, for the convolution that follows. */
  readonly pads: Padding;
  /** Images of a batch; null where the file does not say how many. */
  readonly images: number | null;
  /** The softmax or the choice of a class that was passed, after which no layer may follow; null before it. */
  readonly ended: string | null;
}

/** One of the blocks a flow's channels were split into. */
export interface Part {
  readonly kind: 'part';
  readonly base: Flow;
  readonly index: number;
  readonly count: number;
  /** What was computed from this block alone. */
  readonly layers: readonly FoundLayer[];
}

/**
 * The divisor of a response normalization on its way: `(k + coeff · Σ base²)^power`, as exporters spell
 * out what has no operator.
 */
export interface Divisor {
  readonly kind: 'divisor';
  readonly base: Flow;
  /** Side and region of the window once it was summed up. */
  readonly window: { readonly region: 'lrn' | 'mapnorm'; readonly size: number } | null;
  /** Zeros put before and after the channels. */
  readonly pads: readonly [number, number] | null;
  /** Whether an axis of one was put before the channels. */
  readonly lifted: boolean;
  readonly coeff: number;
  readonly k: number | null;
  readonly power: number | null;
}

/** What a name of the graph stands for. */
export type GraphValue =
  | Flow
  | Part
  | Divisor
  | { readonly kind: 'constant'; readonly constant: OnnxConstant };

/** A constant of floats. */
export function floats(tensor: StoredTensor): GraphValue {
  return { kind: 'constant', constant: { kind: 'float', tensor } };
}

/**
 * Whole numbers, as shapes are; NaN for one that is only known when the graph runs.
 *
 * @throws FormatError bad-shape where `shape` holds another number of them
 */
export function integers(small: readonly number[], shape?: readonly number[]): GraphValue {
  const holds = shape?.reduce((product, side) => product * side, 1) ?? small.length;
  if (
    holds !== small.length ||
    !(shape ?? []).every((side) => Number.isInteger(side) && side >= 0)
  ) {
    throw new FormatError('bad-shape', `ONNX: ${small.length} numbers are to be [${shape}]`);
  }
  return {
    kind: 'constant',
    constant: {
      kind: 'integer',
      shape: shape ?? [small.length],
      width: -8,
      small,
      read: async () => Float64Array.from(small),
    },
  };
}

/** More than any network here has, with what changes nothing in between. */
const MAX_LAYERS = 512;

/** Layers with more behind them. @throws FormatError too-large */
export function appended(
  layers: readonly FoundLayer[],
  more: readonly FoundLayer[],
): readonly FoundLayer[] {
  if (layers.length + more.length > MAX_LAYERS) {
    throw new FormatError(
      'too-large',
      `ONNX: more than ${MAX_LAYERS} layers, which no AlexNet has`,
    );
  }
  return [...layers, ...more];
}
