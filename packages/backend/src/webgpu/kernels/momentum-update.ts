import { need } from '../../kernel-input.js';
import type { Tf } from '../../selection/tf.js';
import { runElementwise } from './elementwise.js';
import { replaceWebgpuKernel } from './program.js';

/**
 * Adds AlexNetMomentumUpdate, the rule of 2012 (paper §5; src/weights.cu, update()):
 * v' = momentum v - rate (gradient + decay w), w' = w + v'. Two passes, because a tfjs program has one
 * output, in place of six: 7 reads and writes of every weight for 15.
 *
 * Inputs { variable, velocity, gradient } of one shape, attributes { momentum, rate, decay };
 * outputs [velocity, variable].
 */
export function registerMomentumUpdate(tf: Tf): void {
  replaceWebgpuKernel(tf, 'AlexNetMomentumUpdate', ({ inputs, attrs, backend }) => {
    const { momentum = 0, rate = 0, decay = 0 } = attrs as Readonly<Record<string, number>>;
    const variable = need(inputs, 'variable');
    const velocity = runElementwise(
      backend,
      {
        name: 'velocity',
        variables: ['w', 'v', 'g'],
        expression: 'uniforms.momentum * v - uniforms.rate * (g + uniforms.decay * w)',
        constants: { momentum, rate, decay },
      },
      [variable, need(inputs, 'velocity'), need(inputs, 'gradient')],
    );
    const next = runElementwise(
      backend,
      { name: 'advance', variables: ['w', 'v'], expression: 'w + v' },
      [variable, velocity],
    );
    return [velocity, next];
  });
}
