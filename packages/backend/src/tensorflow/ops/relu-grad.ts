import { registerKernel } from '../../kernels/register-kernel.js';
import type { Tf } from '../../selection/tf.js';
import { withRawOps } from './raw-ops.js';

/** `dy` where `y` = ReLU(x) is positive, 0 elsewhere, in one op; inputs { dy, y } of one shape. */
export function registerReluGrad(tf: Tf): void {
  registerKernel(tf, 'tensorflow', 'AlexNetReluGrad', ({ inputs, backend }) =>
    withRawOps(backend, (ops) =>
      ops.run('ReluGrad', {}, [ops.input(inputs.dy), ops.input(inputs.y)]),
    ),
  );
}
