import { need } from '../../kernel-input.js';
import type { Tf } from '../../selection/tf.js';
import {
  type Attributes,
  registerTensorflowKernel,
  type TensorflowBackend,
  withRawOps,
} from './raw-ops.js';

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
  registerTensorflowKernel(tf, 'AlexNetLRNGrad', ({ inputs, attrs }) =>
    withRawOps(backend, (ops) => {
      const map = (name: string) => ops.input(need(inputs, name));
      const constants = constantsOf(attrs);
      return onGpu
        ? ops.run('LRNGrad', constants, [map('dy'), map('x'), map('y')])
        : ops.run('AlexNetLRNGrad', constants, [map('dy'), map('x')]);
    }),
  );
  if (onGpu) return;
  registerTensorflowKernel(tf, 'LRN', ({ inputs, attrs }) =>
    withRawOps(backend, (ops) =>
      ops.run('AlexNetLRN', constantsOf(attrs), [ops.input(need(inputs, 'x'))]),
    ),
  );
}

/** tfjs' names of the constants in TensorFlow's. */
function constantsOf(attrs: Readonly<Record<string, unknown>>): Attributes {
  const { depthRadius, bias, alpha, beta } = attrs as Readonly<Record<string, number>>;
  return {
    depth_radius: depthRadius ?? 0,
    bias: { float: bias ?? 0 },
    alpha: { float: alpha ?? 0 },
    beta: { float: beta ?? 0 },
  };
}
