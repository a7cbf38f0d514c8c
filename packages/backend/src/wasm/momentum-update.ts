import { registerKernel } from '../kernels/register-kernel.js';
import type { Tf } from '../selection/tf.js';
import { addressOf, heapKernels } from './heap-kernels.js';
import { writable } from './packing.js';

/**
 * Adds AlexNetMomentumUpdate, the rule of 2012 (paper §5; src/weights.cu, update()) in one pass over
 * memory: v' = momentum v - learningRate (gradient + decay w), w' = w + v'.
 *
 * Inputs { variable, velocity, gradient } of one shape, attributes { momentum, learningRate, decay };
 * outputs [velocity, variable]. It writes in place: unless something else refers to their memory, the
 * inputs hold the new values too.
 */
export function registerMomentumUpdate(tf: Tf): void {
  registerKernel(tf, 'wasm', 'AlexNetMomentumUpdate', ({ inputs, attrs, backend }) => {
    const { momentum, learningRate, decay } = attrs;
    const { gradient } = inputs;
    const velocity = writable(backend, inputs.velocity);
    const variable = writable(backend, inputs.variable);
    heapKernels(backend).momentumUpdate(
      addressOf(backend, variable),
      addressOf(backend, velocity),
      addressOf(backend, gradient),
      tf.util.sizeFromShape(variable.shape),
      momentum,
      learningRate,
      learningRate * decay,
    );
    return [velocity, variable];
  });
}
