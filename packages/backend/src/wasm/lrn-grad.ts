import { registerKernel } from '../kernels/register-kernel.js';
import type { Tf } from '../selection/tf.js';
import { runWasmKernel } from './heap.js';

/**
 * Adds AlexNetLRNGrad, which is tfjs-backend-wasm's own LRNGrad: on this backend its loop over the
 * window is faster than the two matrix products that serve WebGPU, with their powers.
 */
export function registerLrnGrad(tf: Tf): void {
  registerKernel(tf, 'wasm', 'AlexNetLRNGrad', ({ inputs, attrs, backend }) =>
    runWasmKernel(tf, backend, 'LRNGrad', inputs, attrs),
  );
}
