import { need } from '../../kernel-input.js';
import type { Tf } from '../../selection/tf.js';
import { registerTensorflowKernel, withRawOps } from './raw-ops.js';

/** `dy` where `y` = ReLU(x) is positive, 0 elsewhere, in one op; inputs { dy, y } of one shape. */
export function registerReluGrad(tf: Tf): void {
  registerTensorflowKernel(tf, 'AlexNetReluGrad', ({ inputs, backend }) =>
    withRawOps(backend, (ops) =>
      ops.run('ReluGrad', {}, [ops.input(need(inputs, 'dy')), ops.input(need(inputs, 'y'))]),
    ),
  );
}
