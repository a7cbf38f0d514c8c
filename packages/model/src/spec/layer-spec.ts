/** Rows or columns of zeros around a map, in pixels. */
export interface Padding {
  readonly top: number;
  readonly left: number;
  readonly bottom: number;
  readonly right: number;
}

/** How a layer's weights start; biases start at the constant `bias`. */
export interface Initializer {
  /**
   * `normal`: N(0, sd²). `he`: N(0, 2 / fan-in) (He et al. 2015, eq. 10).
   * `lecun`: uniform on ±2.4 / fan-in (LeCun et al. 1998, appendix A).
   * `pytorch`: uniform on ±1 / √fan-in (`reset_parameters` of PyTorch's `Conv2d` and `Linear`).
   */
  readonly weight:
    | { readonly kind: 'normal'; readonly sd: number }
    | { readonly kind: 'he' }
    | { readonly kind: 'lecun' }
    | { readonly kind: 'pytorch' };
  /** The same for every bias; `pytorch`: uniform on ±1 / √fan-in as the weights. */
  readonly bias: number | 'pytorch';
}

/** Cross-correlation with bias; weight `[kernel h, kernel w, in / groups, filters]`. */
export interface ConvSpec {
  readonly op: 'conv';
  readonly name: string;
  /** Output channels. */
  readonly filters: number;
  /** Height and width of the window, in pixels. */
  readonly kernel: readonly [height: number, width: number];
  /** Step of the window in both directions, in pixels. */
  readonly stride: number;
  /** Zeros around the map, px. */
  readonly padding: Padding;
  /** Input and output channels are cut into this many blocks that do not see each other. */
  readonly groups: number;
  /** `exact` refuses a window that does not fit a whole number of times, `floor` drops the rest. */
  readonly rounding: 'exact' | 'floor';
  readonly init: Initializer;
}

/** Fully connected layer with bias; weight `[in, units]`. */
export interface DenseSpec {
  readonly op: 'dense';
  readonly name: string;
  /** Length of the output vector. */
  readonly units: number;
  readonly init: Initializer;
}

/** One function applied to every number; shapes stay. */
export interface ActivationSpec {
  readonly op: 'activation';
  readonly name: string;
  readonly function: ActivationFunction;
  /** Factor of numbers below 0 in a `relu`, 0 < slope ≤ 1, as `LeakyReLU` has it; 0 when left out. */
  readonly slope?: number;
}

/** What an activation layer computes. */
export type ActivationFunction = 'relu' | 'tanh' | 'sigmoid';

/** Largest value or mean of every window. */
export interface PoolSpec {
  readonly op: 'pool';
  readonly name: string;
  /** `max` in every preset but lenet5. */
  readonly kind: PoolKind;
  /** Side of the square window, in pixels. */
  readonly size: number;
  /** Step of the window, in pixels. */
  readonly stride: number;
  /** Places around the map, in pixels, that are never the largest; none when left out. */
  readonly padding?: Padding;
  /**
   * `ceil` keeps a last window that hangs over the far edge, as Caffe does, if it starts on the map
   * or the padding before it; when left out, that window is dropped.
   */
  readonly rounding?: 'ceil';
  /** Whether a mean also divides by the places of the padding, which hold 0; false when left out. */
  readonly countPadding?: true;
}

/** Largest value of a window, or its mean. */
export type PoolKind = 'max' | 'avg';

/**
 * Local response normalization across channels: `y = x · (k + sumCoeff · Σ x²)^-beta`, the sum over
 * `size` neighboring channels, clipped at the edges (paper section 3.3).
 */
export interface LrnSpec {
  readonly op: 'lrn';
  readonly name: string;
  /** Channels in the window, odd. */
  readonly size: number;
  /** Above 0; 2 in the paper, 1 in Caffe. */
  readonly k: number;
  /** Multiplies the plain sum of squares: α/n of Caffe and PyTorch, α of TensorFlow. */
  readonly sumCoeff: number;
  /** 0.75 in the paper. */
  readonly beta: number;
  /** Windows do not cross the borders between this many blocks of channels. */
  readonly groups: number;
}

/** The same formula inside one map: the sum over a `size`×`size` window of pixels (`rnorm` in `layers-145.cfg`). */
export interface MapNormSpec {
  readonly op: 'mapnorm';
  readonly name: string;
  /** Side of the window in pixels, odd. */
  readonly size: number;
  readonly k: number;
  /** Multiplies the plain sum of squares. */
  readonly sumCoeff: number;
  readonly beta: number;
}

/** Batch normalization per channel (Ioffe and Szegedy 2015), `momentum` the share of the old running value kept. */
export interface BatchNormSpec {
  readonly op: 'batchnorm';
  readonly name: string;
  readonly momentum: number;
  /** Added to the variance before the root. */
  readonly epsilon: number;
}

/** Dropout that only acts in training, or, with `scaling: 'test'`, scales by the keep rate outside it. */
export interface DropoutSpec {
  readonly op: 'dropout';
  readonly name: string;
  /** Share of units set to zero, to 1/65,536; 0 ≤ rate < 1. */
  readonly rate: number;
  /**
   * `train` divides the kept units by the keep rate while training, as Caffe, PyTorch and Keras do.
   * `test` multiplies all units by the keep rate outside training, as the 2012 source does.
   */
  readonly scaling: 'train' | 'test';
}

/** `[h, w, c]` to `[h · w · c]`, row by row, channels last. */
export interface FlattenSpec {
  readonly op: 'flatten';
  readonly name: string;
}

/** Mean over all pixels of each map: `[h, w, c]` to `[c]`. */
export interface GlobalPoolSpec {
  readonly op: 'globalpool';
  readonly name: string;
}

/** One layer of a network, as plain data. */
export type LayerSpec =
  | ConvSpec
  | DenseSpec
  | ActivationSpec
  | PoolSpec
  | LrnSpec
  | MapNormSpec
  | BatchNormSpec
  | DropoutSpec
  | FlattenSpec
  | GlobalPoolSpec;
