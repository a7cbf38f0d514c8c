import type { Scalar, Tensor, Tensor2D, Tensor4D, TensorInfo } from '@tensorflow/tfjs-core';
import type { Tf } from '../tf.js';

/** What a kernel takes and gives; a backend sees its tensors as `TensorInfo`. */
export interface KernelSignature<
  Input extends string,
  Attributes,
  Output = Tensor,
  Optional extends string = never,
> {
  readonly inputs: Readonly<Record<Input, TensorInfo> & Partial<Record<Optional, TensorInfo>>>;
  readonly attrs: Readonly<Attributes>;
  readonly output: Output;
}

/** Strides and zero padding in pixels, the latter [[0, 0], [top, bottom], [left, right], [0, 0]]. */
export interface GroupedConv2DAttributes {
  readonly strides: readonly [height: number, width: number];
  readonly pad: ExplicitPadding;
  /** Blocks of channels that do not see each other. */
  readonly groups: number;
}

/** What becomes of the sums of a convolution or a dense layer, after the bias. */
export interface FusedAttributes {
  readonly activation: 'linear' | 'relu';
}

/** Zeros before and after each axis of a map `[batch, height, width, channels]`. */
export type ExplicitPadding = readonly [Zeros, Zeros, Zeros, Zeros];
type Zeros = readonly [before: number, after: number];

type Shape4D = readonly [number, number, number, number];

/** The constants of tfjs' own LRN: `y = x · (bias + alpha · Σ x²)^-beta` over `2 · depthRadius + 1` channels. */
export interface ResponseNormAttributes {
  readonly depthRadius: number;
  readonly bias: number;
  readonly alpha: number;
  readonly beta: number;
}

/** Added to the variance. */
export interface BatchNormAttributes {
  readonly epsilon: number;
}

/** v' = momentum v - learningRate (gradient + decay w), w' = w + v'. */
export interface MomentumUpdateAttributes {
  readonly momentum: number;
  readonly learningRate: number;
  readonly decay: number;
}

/** A mask of zeros, and `kept` for what stays; see {@link dropout}. */
export interface DropoutAttributes {
  /** A unit is dropped where its 16 random bits are below; 0..65,536. */
  readonly threshold: number;
  readonly kept: number;
  /** Name of the stream of random words, beside the seed. */
  readonly stream: string;
  /** Units of the same draw that come before these. */
  readonly from: number;
}

/** Of the images that come out, [height, width, 3]. */
export interface NormalizeBytesAttributes {
  readonly imageShape: readonly [height: number, width: number, channels: number];
}

/** A function of a few tensors whose other inputs do not change. */
export interface FixedGraphAttributes {
  /** Whose function it is; one compiled function is kept for each, as long as it lives. */
  readonly owner: object;
  /** What `compute` depends on beside the shapes of what it is given. */
  readonly variant: string;
  /** Everything `compute` reads beside what it is given: float32. */
  readonly constants: readonly Tensor[];
  /** Pure; given the inputs in their order. */
  readonly compute: (inputs: readonly Tensor[]) => Tensor;
}

/**
 * The kernels the code here looks for on the current backend before it takes the plain way, which
 * gives the same to rounding. A backend registers those it has; maps are `[batch, height, width,
 * channels]`, filters `[height, width, in / groups, out]`, all float32.
 */
export interface AlexNetKernels {
  /** y. */
  AlexNetGroupedConv2D: KernelSignature<'x' | 'filter', GroupedConv2DAttributes, Tensor4D>;
  /** y, with a bias [out] and perhaps ReLU. */
  AlexNetFusedConv2D: KernelSignature<
    'x' | 'filter' | 'bias',
    GroupedConv2DAttributes & FusedAttributes,
    Tensor4D
  >;
  /** y [n, out] of x [n, in], weight [in, out] and bias [out]. */
  AlexNetFusedDense: KernelSignature<'x' | 'weight' | 'bias', FusedAttributes, Tensor2D>;
  /** dx, of `inputShape`. */
  AlexNetGroupedConv2DBackpropInput: KernelSignature<
    'dy' | 'filter',
    GroupedConv2DAttributes & { readonly inputShape: Shape4D },
    Tensor4D
  >;
  /** dfilter, of `filterShape`. */
  AlexNetGroupedConv2DBackpropFilter: KernelSignature<
    'x' | 'dy',
    GroupedConv2DAttributes & { readonly filterShape: Shape4D },
    Tensor4D
  >;
  /** dx of tfjs' LRN; all of one shape. */
  AlexNetLRNGrad: KernelSignature<'x' | 'y' | 'dy', ResponseNormAttributes, Tensor4D>;
  /**
   * Every channel of x [n, …, channels] by its own mean and variance; both [channels], the variance of
   * squares over the number of values less one, and what the gradient wants to have kept.
   */
  AlexNetBatchNorm: KernelSignature<
    'x' | 'scale' | 'shift',
    BatchNormAttributes,
    readonly [y: Tensor, mean: Tensor, unbiasedVariance: Tensor, ...kept: Tensor[]]
  >;
  /** The gradient of its y. */
  AlexNetBatchNormGrad: KernelSignature<
    'dy' | 'x' | 'scale' | 'kept0' | 'kept1' | 'kept2',
    BatchNormAttributes,
    readonly [dx: Tensor, dscale: Tensor, dshift: Tensor]
  >;
  /** `dy` where `y` = ReLU(x) is positive, 0 elsewhere; of one shape. */
  AlexNetReluGrad: KernelSignature<'dy' | 'y', object>;
  /** The sum of the squares of all numbers of all inputs, float32 under any names. */
  AlexNetSquaredNorm: KernelSignature<string, object, Scalar>;
  /** One parameter, all of one shape; it may write in place. Source: paper §5; `weights.cu`, update(). */
  AlexNetMomentumUpdate: KernelSignature<
    'variable' | 'velocity' | 'gradient',
    MomentumUpdateAttributes,
    readonly [velocity: Tensor, variable: Tensor]
  >;
  /** float32, [shape]; the seed is an int32 scalar. */
  AlexNetDropoutMask: KernelSignature<
    'seed',
    DropoutAttributes & { readonly shape: readonly number[] }
  >;
  /** x times that mask. */
  AlexNetDropout: KernelSignature<'x' | 'seed', DropoutAttributes>;
  /** Mean softmax cross-entropy of logits against distributions, [n, classes]; not by the distributions. */
  AlexNetCrossEntropy: KernelSignature<'logits' | 'targets', object, Scalar>;
  /** Its gradient by the logits, times the scalar dy. */
  AlexNetCrossEntropyGrad: KernelSignature<'logits' | 'targets' | 'dy', object, Tensor2D>;
  /** Rows of logits [n, classes] whose largest is at the label, int32 [n]: an int32 scalar. */
  AlexNetCountHits: KernelSignature<'logits' | 'labels', object, Scalar>;
  /** Floats of {@link ByteImages}, words int32. */
  AlexNetNormalizeBytes: KernelSignature<
    'words' | 'table',
    NormalizeBytesAttributes,
    Tensor4D,
    'mean'
  >;
  /** What `compute` gives for the inputs, which are named 0, 1 and so on. */
  AlexNetFixedGraph: KernelSignature<string, FixedGraphAttributes, Tensor2D>;
}

/** A kernel of the current backend, ready to be called; undefined where it has none of that name. */
export function kernelOf<Name extends keyof AlexNetKernels>(
  tf: Tf,
  name: Name,
):
  | ((
      inputs: AlexNetKernels[Name]['inputs'],
      attrs: AlexNetKernels[Name]['attrs'],
    ) => AlexNetKernels[Name]['output'])
  | undefined {
  if (!tf.getKernel(name, tf.getBackend())) return undefined;
  return (inputs, attrs) =>
    tf.engine().runKernel(name, { ...inputs } as never, attrs as never) as never;
}
