import { registerKernel } from '../../kernels/register-kernel.js';
import type { Tf } from '../../selection/tf.js';
import { runElementwise } from './elementwise.js';

/** Adds AlexNetReluGrad, `dy` where `y` = ReLU(x) is positive, 0 elsewhere: one pass over memory for three. */
export function registerReluGrad(tf: Tf): void {
  registerKernel(tf, 'webgpu', 'AlexNetReluGrad', ({ inputs, backend }) =>
    runElementwise(
      backend,
      { name: 'relu_grad', variables: ['dy', 'y'], expression: 'select(T(0.0), dy, y > T(0.0))' },
      [inputs.dy, inputs.y],
    ),
  );
}
