import { need } from '../../kernel-input.js';
import type { Tf } from '../../selection/tf.js';
import { registerTensorflowKernel, withRawOps } from './raw-ops.js';

/**
 * One update of one parameter by the rule of 2012: v' = momentum v - rate (gradient + decay w) and
 * w' = w + v'. Source: paper §5; src/weights.cu, update().
 *
 * Inputs { variable, velocity, gradient } of one shape, attributes { momentum, rate, decay };
 * outputs [velocity, variable]. One pass over memory where the addon was built here and computes on
 * the processor; elsewhere five ops, of which AddN reads its three terms at once.
 */
export function registerMomentumUpdate(tf: Tf): void {
  registerTensorflowKernel(tf, 'AlexNetMomentumUpdate', ({ inputs, attrs, backend }) => {
    const { momentum, rate, decay } = attrs as Readonly<Record<string, number>>;
    const { binding } = backend;
    return withRawOps(backend, (ops) => {
      const variable = ops.input(need(inputs, 'variable'));
      if (binding.momentumUpdate && !backend.isUsingGpuDevice) {
        const id = (name: string) => ops.input(need(inputs, name)).metadata.id;
        return binding
          .momentumUpdate(
            variable.metadata.id,
            id('velocity'),
            id('gradient'),
            momentum ?? 0,
            rate ?? 0,
            decay ?? 0,
          )
          .map((metadata) => ({ metadata }));
      }
      const scaled = (name: string, factor: number) =>
        ops.run('Mul', {}, [ops.input(need(inputs, name)), ops.scalar(factor)]);
      const terms = [scaled('velocity', momentum ?? 0), scaled('gradient', -(rate ?? 0))];
      if (decay) terms.push(scaled('variable', -(rate ?? 0) * decay));
      const velocity = ops.run('AddN', { N: terms.length }, terms);
      return [velocity, ops.run('AddV2', {}, [variable, velocity])];
    });
  });
}
