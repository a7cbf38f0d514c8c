import type { Tf } from '../selection/tf.js';
import { need, replaceWasmKernel } from './heap.js';

/**
 * Adds AlexNetMomentumUpdate, the rule of 2012 (paper §5; src/weights.cu, update()) in one pass over
 * memory: v' = momentum v - rate (gradient + decay w), w' = w + v'.
 *
 * Inputs { variable, velocity, gradient } of one shape, attributes { momentum, rate, decay };
 * outputs [velocity, variable].
 */
export function registerMomentumUpdate(tf: Tf): void {
  replaceWasmKernel(tf, 'AlexNetMomentumUpdate', ({ inputs, attrs, backend }) => {
    const { momentum = 0, rate = 0, decay = 0 } = attrs as Readonly<Record<string, number>>;
    const variable = need(inputs, 'variable');
    const velocity = need(inputs, 'velocity');
    const gradient = need(inputs, 'gradient');
    const outputs = [
      backend.makeOutput(variable.shape, 'float32'),
      backend.makeOutput(variable.shape, 'float32'),
    ] as const;
    const w = backend.typedArrayFromHeap(variable);
    const v = backend.typedArrayFromHeap(velocity);
    const g = backend.typedArrayFromHeap(gradient);
    const nextV = backend.typedArrayFromHeap(outputs[0]);
    const nextW = backend.typedArrayFromHeap(outputs[1]);
    const pull = rate * decay;
    for (let i = 0; i < w.length; i++) {
      const weight = w[i] as number;
      const step = momentum * (v[i] as number) - rate * (g[i] as number) - pull * weight;
      nextV[i] = step;
      nextW[i] = weight + step;
    }
    return [...outputs];
  });
}
