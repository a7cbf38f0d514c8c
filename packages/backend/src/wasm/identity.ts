import { registerKernel } from '../kernels/register-kernel.js';
import type { Tf } from '../selection/tf.js';

/**
 * Replaces Identity, which copies in tfjs-backend-wasm 4.22 (src/kernels/Identity.ts), by a second
 * reference to the same memory, as on the other backends: tfjs tensors are never written in place.
 * An optimizer step clones every parameter, 62 M floats for `alexnet`.
 */
export function registerIdentity(tf: Tf): void {
  registerKernel(tf, 'wasm', 'Identity', ({ inputs, backend }) => {
    const { dataId, shape, dtype } = inputs.x;
    backend.incRef(dataId);
    return { dataId, shape, dtype };
  });
}
