import type { LRNAttrs } from '@tensorflow/tfjs-core';
import { registerKernel } from '../../kernels/register-kernel.js';
import type { Tf } from '../../selection/tf.js';
import { type Attributes, type TensorflowBackend, withRawOps } from './raw-ops.js';

/**
 * Local response normalization across channels, tfjs' kernel `LRN`, and its gradient
 * `AlexNetLRNGrad` (inputs x, y and dy of one shape).
 *
 * On a processor both are ops of the addon built here, one pass over memory each
 * (addon/response_norm.h); with a stock addon `LRN` stays tfjs-node's and callers keep their plain
 * gradient. On a GPU the gradient is TensorFlow's own op.
 */
export function registerResponseNorm(tf: Tf): void {
  const backend = tf.findBackend('tensorflow') as unknown as TensorflowBackend;
  const onGpu = backend.isUsingGpuDevice;
  if (!onGpu && !backend.binding.ownOps) return;
  registerKernel(tf, 'tensorflow', 'AlexNetLRNGrad', ({ inputs, attrs }) =>
    withRawOps(backend, (ops) => {
      const map = (name: keyof typeof inputs) => ops.input(inputs[name]);
      const constants = constantsOf(attrs);
      return onGpu
        ? ops.run('LRNGrad', constants, [map('dy'), map('x'), map('y')])
        : ops.run('AlexNetLRNGrad', constants, [map('dy'), map('x')]);
    }),
  );
  if (onGpu) return;
  registerKernel(tf, 'tensorflow', 'LRN', ({ inputs, attrs }) =>
    withRawOps(backend, (ops) => ops.run('AlexNetLRN', constantsOf(attrs), [ops.input(inputs.x)])),
  );
}

/** tfjs' names of the constants in TensorFlow's. */
function constantsOf({ depthRadius, bias, alpha, beta }: Readonly<LRNAttrs>): Attributes {
  return {
    depth_radius: depthRadius,
    bias: { float: bias },
    alpha: { float: alpha },
    beta: { float: beta },
  };
}
