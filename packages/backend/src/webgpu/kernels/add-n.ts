import type { TensorInfo } from '@tensorflow/tfjs-core';
import { registerKernel } from '../../kernels/register-kernel.js';
import type { Tf } from '../../selection/tf.js';

/** Every device binds eight buffers to a program, the result among them. Source: the specification. */
const MOST_TERMS = 7;

/** AddN of more terms than a program can be bound to, which tfjs 4.22 refuses to see: in groups. */
export function registerAddN(tf: Tf): void {
  registerKernel(tf, 'webgpu', 'AddN', ({ inputs, attrs, backend, fallBack, tfjsKernel }) => {
    const terms: readonly TensorInfo[] = inputs;
    if (terms.length <= MOST_TERMS) return fallBack();
    let sum = tfjsKernel(terms.slice(0, MOST_TERMS), attrs);
    for (let at = MOST_TERMS; at < terms.length; at += MOST_TERMS - 1) {
      const next = tfjsKernel([sum, ...terms.slice(at, at + MOST_TERMS - 1)], attrs);
      backend.disposeData(sum.dataId);
      sum = next;
    }
    return sum;
  });
}
