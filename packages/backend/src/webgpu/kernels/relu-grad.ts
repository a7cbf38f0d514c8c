import { need } from '../../kernel-input.js';
import type { Tf } from '../../selection/tf.js';
import { runElementwise } from './elementwise.js';
import { replaceWebgpuKernel } from './program.js';

/** Adds AlexNetReluGrad, `dy` where `y` = ReLU(x) is positive, 0 elsewhere: one pass over memory for three. */
export function registerReluGrad(tf: Tf): void {
  replaceWebgpuKernel(tf, 'AlexNetReluGrad', ({ inputs, backend }) =>
    runElementwise(
      backend,
      { name: 'relu_grad', variables: ['dy', 'y'], expression: 'select(T(0.0), dy, y > T(0.0))' },
      [need(inputs, 'dy'), need(inputs, 'y')],
    ),
  );
}
