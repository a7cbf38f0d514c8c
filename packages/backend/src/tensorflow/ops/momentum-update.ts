import type { Tf } from '../../selection/tf.js';
import { need, registerTensorflowKernel, withRawOps } from './raw-ops.js';

/**
 * One update of one parameter by the rule of 2012: v' = momentum v - rate (gradient + decay w) and
 * w' = w + v'. Source: paper §5; src/weights.cu, update().
 *
 * Inputs { variable, velocity, gradient } of one shape, attributes { momentum, rate, decay };
 * outputs [velocity, variable]. Five ops, of which AddN reads its three terms at once.
 */
export function registerMomentumUpdate(tf: Tf): void {
  registerTensorflowKernel(tf, 'AlexNetMomentumUpdate', ({ inputs, attrs, backend }) => {
    const { momentum, rate, decay } = attrs as Readonly<Record<string, number>>;
    return withRawOps(backend, (ops) => {
      const variable = ops.input(need(inputs, 'variable'));
      const scaled = (name: string, factor: number) =>
        ops.run('Mul', {}, [ops.input(need(inputs, name)), ops.scalar(factor)]);
      const terms = [scaled('velocity', momentum ?? 0), scaled('gradient', -(rate ?? 0))];
      if (decay) terms.push(scaled('variable', -(rate ?? 0) * decay));
      const velocity = ops.run('AddN', { N: terms.length }, terms);
      return [velocity, ops.run('AddV2', {}, [variable, velocity])];
    });
  });
}
