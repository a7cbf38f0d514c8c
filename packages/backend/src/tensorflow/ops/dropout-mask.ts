import { registerKernel } from '../../kernels/register-kernel.js';
import type { Tf } from '../../selection/tf.js';
import { computesOnGpu, type TensorflowBackend, withRawOps } from './raw-ops.js';
import { stockDropoutMask } from './stock-dropout-mask.js';

/**
 * Draws dropout masks where they are used: on the processor by an op of the addon built here
 * (addon/step_ops.h), on a GPU by TensorFlow's own ops.
 */
export function registerDropoutMask(tf: Tf): void {
  const { binding } = tf.findBackend('tensorflow') as unknown as TensorflowBackend;
  if (!binding.copyTensor) return;
  registerKernel(tf, 'tensorflow', 'AlexNetDropoutMask', ({ inputs, attrs, backend }) =>
    withRawOps(backend, (ops) => {
      if (computesOnGpu(backend)) return stockDropoutMask(ops, inputs.seed, attrs);
      const { stream, threshold, kept, shape, from } = attrs;
      const attributes = { stream, threshold, kept: { float: kept }, from };
      return ops.run(
        'AlexNetDropoutMask',
        attributes,
        [ops.input(inputs.seed), ops.ints(shape)],
        'untyped',
      );
    }),
  );
}
