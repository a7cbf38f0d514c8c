import { registerKernel } from '../../kernels/register-kernel.js';
import type { Tf } from '../../selection/tf.js';
import { withRawOps } from './raw-ops.js';

/**
 * One update of one parameter by the rule of 2012: v' = momentum v - learningRate (gradient + decay w) and
 * w' = w + v'. Source: paper §5; src/weights.cu, update().
 *
 * Inputs { variable, velocity, gradient } of one shape, attributes { momentum, learningRate, decay };
 * outputs [velocity, variable]. One pass over memory where the addon was built here and computes on
 * the processor; elsewhere five ops, of which AddN reads its three terms at once.
 */
export function registerMomentumUpdate(tf: Tf): void {
  registerKernel(tf, 'tensorflow', 'AlexNetMomentumUpdate', ({ inputs, attrs, backend }) => {
    const { momentum, learningRate, decay } = attrs;
    const { binding } = backend;
    return withRawOps(backend, (ops) => {
      const variable = ops.input(inputs.variable);
      if (binding.momentumUpdate && !backend.isUsingGpuDevice) {
        const id = (name: keyof typeof inputs) => ops.input(inputs[name]).metadata.id;
        return binding
          .momentumUpdate(
            variable.metadata.id,
            id('velocity'),
            id('gradient'),
            momentum,
            learningRate,
            decay,
          )
          .map((metadata) => ({ metadata }));
      }
      const scaled = (name: keyof typeof inputs, factor: number) =>
        ops.run('Mul', {}, [ops.input(inputs[name]), ops.scalar(factor)]);
      const terms = [scaled('velocity', momentum), scaled('gradient', -learningRate)];
      if (decay) terms.push(scaled('variable', -learningRate * decay));
      const velocity = ops.run('AddN', { N: terms.length }, terms);
      return [velocity, ops.run('AddV2', {}, [variable, velocity])];
    });
  });
}
