import type { Scalar, Tensor, Tensor2D, Tensor4D, Variable } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { NetworkSpec } from '../spec/network-spec.js';
import type { ParameterSpec } from '../spec/parameter-shapes.js';
import type { Tf } from '../tf.js';
import type { Weight } from './weight.js';

/** One parameter of a built network and the variable that holds it. */
export interface NetworkParameter extends ParameterSpec {
  /**
   * Its value: tfjs layout, float32, on the backend that was current when the network was built.
   */
  readonly variable: Variable;
}

/** How {@link Network.forward} runs. */
export interface ForwardOptions {
  /** Dropout masks are drawn and batch norm uses and updates batch statistics; false when left out. */
  readonly training?: boolean;
  /**
   * Whole number; the same seed gives the same masks on every backend. Left out: a new one each call.
   * A scalar of int32 where the backend draws the masks.
   */
  readonly dropoutSeed?: number | Scalar;
  /** Images that masks of this seed are drawn for before these: a part of a batch has the masks it has in the whole. Default 0. */
  readonly dropoutBefore?: number;
  /** In training, batch norm keeps a running variance over n − 1 (PyTorch, Caffe); else over n (Keras). */
  readonly unbiasedVariance?: boolean;
  /** Layers that run as outside training: batch norm among them keeps its running values. */
  readonly frozen?: readonly string[];
}

/** A network that runs: variables on the current tfjs backend and what can be done with them. */
export interface Network {
  /** The tfjs the network was built with. */
  readonly tf: Tf;
  /** The layer list it was built from, checked. */
  readonly spec: NetworkSpec;
  /** The same layers and variables as a standard tfjs model that gives logits. */
  readonly model: LayersModel;
  /** In running order; running means and variances of batch norm included. */
  readonly parameters: readonly NetworkParameter[];
  /**
   * Logits `[batch, classes]` for preprocessed images `[batch, height, width, channels]` float32.
   * Differentiable by `tf.variableGrads`. The caller disposes the result.
   *
   * @throws {ModelError} When the images do not have the network's size. Networks with a `conv` or
   * `gap` head take any size that works out.
   */
  forward(x: Tensor4D, options?: ForwardOptions): Tensor2D;
  /**
   * Outputs of the named layers, or of all, from one forward pass outside training; batch first.
   * The caller disposes every tensor.
   *
   * @throws {ModelError} When a name is not a layer, or as {@link Network.forward}.
   */
  activations(x: Tensor4D, names?: readonly string[]): Map<string, Tensor>;
  /** A copy of every parameter in the tfjs layout. */
  getWeights(): Promise<Map<string, Weight>>;
  /**
   * Replaces every parameter; tfjs layout.
   *
   * @throws {ModelError} When names or shapes differ from {@link Network.parameters}; nothing is changed then.
   */
  setWeights(weights: ReadonlyMap<string, Weight>): void;
  /** Frees every variable; the network cannot be used afterwards. */
  dispose(): void;
}
