import { need } from '../kernel-input.js';
import type { Tf } from '../selection/tf.js';
import { replaceWasmKernel } from './heap.js';
import { addressOf, heapKernels } from './heap-kernels.js';
import { writable } from './packing.js';

/**
 * Adds AlexNetMomentumUpdate, the rule of 2012 (paper §5; src/weights.cu, update()) in one pass over
 * memory: v' = momentum v - rate (gradient + decay w), w' = w + v'.
 *
 * Inputs { variable, velocity, gradient } of one shape, attributes { momentum, rate, decay };
 * outputs [velocity, variable]. It writes in place: unless something else refers to their memory, the
 * inputs hold the new values too.
 */
export function registerMomentumUpdate(tf: Tf): void {
  replaceWasmKernel(tf, 'AlexNetMomentumUpdate', ({ inputs, attrs, backend }) => {
    const { momentum = 0, rate = 0, decay = 0 } = attrs as Readonly<Record<string, number>>;
    const gradient = need(inputs, 'gradient');
    const velocity = writable(backend, need(inputs, 'velocity'));
    const variable = writable(backend, need(inputs, 'variable'));
    heapKernels(backend).momentumUpdate(
      addressOf(backend, variable),
      addressOf(backend, velocity),
      addressOf(backend, gradient),
      tf.util.sizeFromShape(variable.shape),
      momentum,
      rate,
      rate * decay,
    );
    return [velocity, variable];
  });
}
