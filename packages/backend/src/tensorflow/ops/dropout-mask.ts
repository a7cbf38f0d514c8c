import { registerKernel } from '../../kernels/register-kernel.js';
import type { Tf } from '../../selection/tf.js';
import { type TensorflowBackend, withRawOps } from './raw-ops.js';

/** Draws dropout masks where they are used, by an op of the addon built here (addon/step_ops.h). */
export function registerDropoutMask(tf: Tf): void {
  const { binding, isUsingGpuDevice } = tf.findBackend(
    'tensorflow',
  ) as unknown as TensorflowBackend;
  if (!binding.copyTensor || isUsingGpuDevice) return;
  registerKernel(tf, 'tensorflow', 'AlexNetDropoutMask', ({ inputs, attrs, backend }) =>
    withRawOps(backend, (ops) => {
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
