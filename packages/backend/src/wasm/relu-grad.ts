import { need } from '../kernel-input.js';
import type { Tf } from '../selection/tf.js';
import { replaceWasmKernel } from './heap.js';

/**
 * Adds AlexNetReluGrad, `dy` where `y` = ReLU(x) is positive, 0 elsewhere: one pass over memory in
 * place of a comparison, a cast and a product, of which the comparison alone is four times as slow.
 */
export function registerReluGrad(tf: Tf): void {
  replaceWasmKernel(tf, 'AlexNetReluGrad', ({ inputs, backend }) => {
    const y = need(inputs, 'y');
    const dy = need(inputs, 'dy');
    const output = backend.makeOutput(dy.shape, 'float32');
    const value = backend.typedArrayFromHeap(y);
    const gradient = backend.typedArrayFromHeap(dy);
    const result = backend.typedArrayFromHeap(output);
    for (let i = 0; i < result.length; i++) {
      result[i] = (value[i] as number) > 0 ? (gradient[i] as number) : 0;
    }
    return output;
  });
}
