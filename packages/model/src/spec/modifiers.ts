import type { ActivationFunction, Padding, PoolKind } from './layer-spec.js';

/** What can be changed about a preset; whatever is left out stays as the preset has it. */
export interface SpecModifiers {
  /** Number of classes, and so of logits. */
  readonly classes?: number;
  /** Side of the square images, or their height and width, in pixels. */
  readonly input?: number | { readonly height: number; readonly width: number };
  /** Color channels of the images: 3 for RGB, 1 for gray. */
  readonly channels?: number;
  /** Factor on the number of filters of every convolution, and of hidden units. */
  readonly width?: number;
  /** Factor on the hidden units of the dense head alone; `width` when left out. */
  readonly headWidth?: number;
  readonly activation?: ActivationFunction;
  readonly pool?: PoolKind;
  /**
   * `lrn` keeps the preset's normalization, or puts the paper's after the activations of conv1 and
   * conv2 where the preset has none. `batch` replaces it by batch normalization between every
   * convolution and its activation. `none` removes it, and with it the norm within maps of 2012.
   */
  readonly norm?: 'lrn' | 'batch' | 'none';
  /** 2 cuts conv2, conv4 and conv5 into two towers, 1 joins them. */
  readonly groups?: 1 | 2;
  /**
   * `dense`: flatten and fully connected layers. `conv`: the same head, with the same weights, as
   * convolutions over maps of any size, averaged at the end. `gap`: global average pooling and one
   * dense layer, without hidden layers.
   */
  readonly head?: 'dense' | 'conv' | 'gap';
  /**
   * Share of hidden units dropped in training, 0 ≤ dropout < 1; 0 removes the layers. A `gap` head
   * has none unless a rate is given, and then drops the averages before the last layer.
   */
  readonly dropout?: number;
  /** Starting values: the paper's, those of the 2012 source (0.03 in conv3…conv5), He's or PyTorch's. */
  readonly init?: 'paper' | '2012' | 'he' | 'pytorch';
  /** The first convolution, for small images: 11×11, stride 4, in most presets. */
  readonly conv1?: {
    readonly stride?: number;
    /** Side of the square window, in pixels. */
    readonly kernelSize?: number;
    /** Zero pixels on every side, or on each. */
    readonly padding?: number | Padding;
    /** `floor` drops the pixels a last, partial window would need instead of refusing. */
    readonly rounding?: 'exact' | 'floor';
    /**
     * Standard deviation of the starting weights. Neighboring pixels are alike, so that He's, made for
     * independent inputs, is needlessly large here and its noise stays visible in the filters.
     */
    readonly sd?: number;
  };
}
