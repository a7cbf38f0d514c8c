import type { Tensor, Tensor2D, Tensor4D } from '@tensorflow/tfjs-core';
import type { TfLayer } from '../layers/layer-class.js';
import { fusedConv2d, fusedDense } from '../ops/fused-layers.js';
import type { LayerSpec } from '../spec/layer-spec.js';
import type { Tf } from '../tf.js';

/**
 * A convolution or a dense layer and the ReLU behind it as one kernel of the current backend; undefined where
 * the two layers are no such pair, or the backend has no such kernel. Both are the same in training and
 * outside of it.
 */
export function pairWithRelu(
  tf: Tf,
  spec: LayerSpec,
  layer: TfLayer,
  next: LayerSpec | undefined,
  x: Tensor,
): Tensor | undefined {
  if (next?.op !== 'activation' || next.function !== 'relu' || next.slope !== undefined) {
    return undefined;
  }
  if (spec.op !== 'conv' && spec.op !== 'dense') return undefined;
  const [weight, bias] = layer.weights.map((own) => own.read()) as [Tensor, Tensor];
  if (spec.op === 'dense') {
    return fusedDense(tf, { x: x as Tensor2D, weight: weight as Tensor2D, bias }, 'relu');
  }
  const inputs = { x: x as Tensor4D, filter: weight as Tensor4D, bias };
  return fusedConv2d(tf, inputs, spec, 'relu');
}
