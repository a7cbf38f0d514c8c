import { registerKernel } from '../kernels/register-kernel.js';
import type { Tf } from '../selection/tf.js';

/**
 * Adds AlexNetReluGrad, `dy` where `y` = ReLU(x) is positive, 0 elsewhere: one pass over memory in
 * place of a comparison, a cast and a product, of which the comparison alone is four times as slow.
 */
export function registerReluGrad(tf: Tf): void {
  registerKernel(tf, 'wasm', 'AlexNetReluGrad', ({ inputs, backend }) => {
    const { y, dy } = inputs;
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
