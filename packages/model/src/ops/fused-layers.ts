import type { Tensor, Tensor2D, Tensor4D } from '@tensorflow/tfjs-core';
import type { Tf } from '../tf.js';
import { type GroupedConv2DOptions, gradientsOfConv2d, windowOf } from './conv2d-gradients.js';
import { type AlexNetKernels, kernelOf } from './kernels.js';
import { reluGrad } from './relu.js';

const CONVOLUTION = 'AlexNetFusedConv2D';
const DENSE = 'AlexNetFusedDense';

/**
 * Convolution, bias `[out]` and perhaps ReLU as one kernel of the current backend; undefined where it has none.
 *
 * @param x `[batch, height, width, in]` float32.
 * @param filter `[kernel h, kernel w, in / groups, out]` float32.
 */
export function fusedConv2d(
  tf: Tf,
  inputs: { readonly x: Tensor4D; readonly filter: Tensor4D; readonly bias: Tensor },
  options: GroupedConv2DOptions,
  activation: 'linear' | 'relu',
): Tensor4D | undefined {
  const fused = kernelOf(tf, CONVOLUTION);
  if (!fused) return undefined;
  ensureGradients(tf);
  return fused(inputs, { ...windowOf(options), activation });
}

/**
 * A dense layer with bias and perhaps ReLU as one kernel of the current backend; undefined where it has none.
 *
 * @param x `[n, in]`, weight `[in, out]`, bias `[out]`, float32.
 */
export function fusedDense(
  tf: Tf,
  inputs: { readonly x: Tensor2D; readonly weight: Tensor2D; readonly bias: Tensor },
  activation: 'linear' | 'relu',
): Tensor2D | undefined {
  const fused = kernelOf(tf, DENSE);
  if (!fused) return undefined;
  ensureGradients(tf);
  return fused(inputs, { activation });
}

type Attributes<Name extends keyof AlexNetKernels> = AlexNetKernels[Name]['attrs'];

/** Connects the kernels for automatic differentiation, once; each side is computed only if asked for. */
function ensureGradients(tf: Tf): void {
  if (tf.getGradient(CONVOLUTION)) return;
  tf.registerGradient({
    kernelName: CONVOLUTION,
    inputsToSave: ['x', 'filter'],
    outputsToSave: [true],
    gradFunc: (dy, saved, attrs) => {
      const [x, filter, y] = saved as [Tensor4D, Tensor4D, Tensor4D];
      const { activation, ...window } = attrs as unknown as Attributes<typeof CONVOLUTION>;
      const slope = slopeOf(tf, dy as Tensor4D, y, activation);
      return {
        ...gradientsOfConv2d(tf, x, filter, slope, window),
        bias: () => tf.sum(slope, [0, 1, 2]),
      };
    },
  });
  tf.registerGradient({
    kernelName: DENSE,
    inputsToSave: ['x', 'weight'],
    outputsToSave: [true],
    gradFunc: (dy, saved, attrs) => {
      const [x, weight, y] = saved as [Tensor2D, Tensor2D, Tensor2D];
      const { activation } = attrs as unknown as Attributes<typeof DENSE>;
      const slope = slopeOf(tf, dy as Tensor2D, y, activation);
      return {
        x: () => tf.matMul(slope, weight, false, true),
        weight: () => tf.matMul(x, slope, true, false),
        bias: () => tf.sum(slope, 0),
      };
    },
  });
}

/** Of what stands before the activation. */
function slopeOf<T extends Tensor>(tf: Tf, dy: T, y: T, activation: 'linear' | 'relu'): T {
  return activation === 'relu' ? (reluGrad(tf, dy, y) as T) : dy;
}
