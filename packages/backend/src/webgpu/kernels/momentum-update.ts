import { registerKernel } from '../../kernels/register-kernel.js';
import type { Tf } from '../../selection/tf.js';
import { runElementwise } from './elementwise.js';

/**
 * Adds AlexNetMomentumUpdate, the rule of 2012 (paper §5; src/weights.cu, update()):
 * v' = momentum v - learningRate (gradient + decay w), w' = w + v'. Two passes, because a tfjs program has one
 * output, in place of six: 7 reads and writes of every weight for 15.
 *
 * Inputs { variable, velocity, gradient } of one shape, attributes { momentum, learningRate, decay };
 * outputs [velocity, variable].
 */
export function registerMomentumUpdate(tf: Tf): void {
  registerKernel(tf, 'webgpu', 'AlexNetMomentumUpdate', ({ inputs, attrs, backend }) => {
    const { momentum, learningRate, decay } = attrs;
    const { variable } = inputs;
    const velocity = runElementwise(
      backend,
      {
        name: 'velocity',
        variables: ['w', 'v', 'g'],
        expression: 'uniforms.momentum * v - uniforms.learningRate * (g + uniforms.decay * w)',
        constants: { momentum, learningRate, decay },
      },
      [variable, inputs.velocity, inputs.gradient],
    );
    const next = runElementwise(
      backend,
      { name: 'advance', variables: ['w', 'v'], expression: 'w + v' },
      [variable, velocity],
    );
    return [velocity, next];
  });
}
