import type { Tf } from '../../selection/tf.js';
import {
  type Attributes,
  type Handle,
  need,
  type RawOps,
  registerTensorflowKernel,
  type TensorflowBackend,
  withRawOps,
} from './raw-ops.js';

/**
 * Local response normalisation across channels, tfjs' kernel `LRN`, and its gradient
 * `AlexNetLRNGrad` (inputs x, y and dy of one shape).
 *
 * On a processor both are ops of the addon built here, one pass over memory each
 * (addon/response_norm.h); with a stock addon `LRN` stays tfjs-node's and callers keep their plain
 * gradient. On a GPU the gradient is TensorFlow's own op.
 */
export function registerResponseNorm(tf: Tf): void {
  const backend = tf.findBackend('tensorflow') as unknown as TensorflowBackend;
  if (backend.isUsingGpuDevice) {
    registerGradient(tf, (ops, { x, y, dy }, constants) =>
      ops.run('LRNGrad', constants, [dy, x, y]),
    );
  } else if (backend.binding.ownOps) {
    registerTensorflowKernel(tf, 'LRN', ({ inputs, attrs }) =>
      withRawOps(backend, (ops) =>
        ops.run('AlexNetLRN', constantsOf(attrs), [ops.input(need(inputs, 'x'))]),
      ),
    );
    registerGradient(tf, (ops, { x, dy }, constants) =>
      ops.run('AlexNetLRNGrad', constants, [dy, x]),
    );
  }
}

type Maps = Readonly<Record<'x' | 'y' | 'dy', Handle>>;

function registerGradient(
  tf: Tf,
  run: (ops: RawOps, maps: Maps, constants: Attributes) => Handle,
): void {
  registerTensorflowKernel(tf, 'AlexNetLRNGrad', ({ inputs, attrs, backend }) =>
    withRawOps(backend, (ops) => {
      const map = (name: string) => ops.input(need(inputs, name));
      return run(ops, { x: map('x'), y: map('y'), dy: map('dy') }, constantsOf(attrs));
    }),
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
