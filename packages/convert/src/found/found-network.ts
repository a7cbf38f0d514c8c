import type {
  ConvSpec,
  Initializer,
  InputSpec,
  LayerSpec,
  Padding,
  PoolSpec,
} from '@alexnet/model';
import type { StoredTensor } from '../tensors/tensor-file.js';

type Nameless<L extends LayerSpec> = L extends unknown ? Omit<L, 'name' | 'init'> : never;
type WithTensors = Extract<LayerSpec, { op: 'dense' | 'batchnorm' }>;
type WithoutTensors = Exclude<LayerSpec, WithTensors | ConvSpec | PoolSpec | { op: 'flatten' }>;

/**
 * Padding in pixels, or as TensorFlow's `same`: as many windows as steps fit the map, an odd pixel
 * at the far edge (`same`) or at the near one (`same-lower`).
 */
export type FoundPadding = Padding | 'same' | 'same-lower';

/** A tensor and what the file calls it. */
export interface FoundTensor extends StoredTensor {
  readonly name: string;
}

/** Tensors of a layer by what they are for; `weight` of a batch norm is its scale. */
export type FoundTensors = Readonly<
  Partial<Record<'weight' | 'bias' | 'running_mean' | 'running_var', FoundTensor>>
>;

/** In which order a flatten puts the numbers of its maps: by channel first, or by pixel first. */
export type FlattenOrder = 'chw' | 'hwc';

/**
 * One thing the network in a file computes, in the words of `LayerSpec`, without the names and
 * starting values a file has no say in.
 */
export type FoundLayer =
  | (Nameless<WithTensors> & { readonly tensors: FoundTensors })
  | (Omit<ConvSpec, 'name' | 'init' | 'padding'> & {
      readonly padding: FoundPadding;
      /** Zeros a layer of their own puts around the maps before `padding`. */
      readonly around?: Padding;
      readonly tensors: FoundTensors;
    })
  | (Omit<PoolSpec, 'name' | 'padding'> & { readonly padding?: FoundPadding })
  | Nameless<WithoutTensors>
  | { readonly op: 'flatten'; readonly order: FlattenOrder }
  /** A layer that is not run or has no counterpart here; `detail` is the sentence that says so. */
  | { readonly op: 'unknown'; readonly detail: string };

/** The network a file describes, read by a codec whose format has layers. */
export interface FoundNetwork {
  /** Size of the images; null where the file does not say it. */
  readonly input: InputSpec | null;
  /** In running order. */
  readonly layers: readonly FoundLayer[];
  /** Of convolutions and dense layers, as `SourceModel.layout`. */
  readonly layout: 'channels-first' | 'channels-last';
}

/** Files say nothing about how training began; what a network without a preset starts from. */
export const UNSAID_INIT: Initializer = { weight: { kind: 'he' }, bias: 0 };
