import type { TensorInfo } from '@tensorflow/tfjs-core';
import type { Tf } from '../../selection/tf.js';
import type { WebgpuBackend } from './program.js';

/** Calls another kernel of the backend, outside of any gradient; the caller disposes the result. */
export function runKernel(
  tf: Tf,
  backend: WebgpuBackend,
  name: string,
  inputs: Readonly<Record<string, TensorInfo>>,
  attrs: object = {},
): TensorInfo {
  const kernel = tf.getKernel(name, 'webgpu');
  if (!kernel) throw new Error(`tfjs-backend-webgpu has no kernel ${name}`);
  return kernel.kernelFunc({
    inputs: { ...inputs },
    backend,
    attrs: attrs as Record<string, never>,
  }) as TensorInfo;
}
