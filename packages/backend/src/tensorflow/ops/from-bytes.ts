import type { Tf } from '../../selection/tf.js';
import { registerTensorflowKernel, withRawOps } from './raw-ops.js';

/**
 * Uploads bytes and casts them on the device: a quarter of the traffic of float32.
 *
 * No inputs; attributes { bytes: Uint8Array, shape }; output float32 0..255 of that shape. The bytes
 * are read before the kernel returns.
 */
export function registerFromBytes(tf: Tf): void {
  registerTensorflowKernel(tf, 'AlexNetFromBytes', ({ attrs, backend }) => {
    const { TF_UINT8, TF_FLOAT } = backend.binding;
    return withRawOps(backend, (ops) => {
      const pixels = ops.bytes(attrs.bytes as Uint8Array, attrs.shape as readonly number[]);
      return ops.run('Cast', { SrcT: TF_UINT8, DstT: TF_FLOAT, Truncate: false }, [pixels]);
    });
  });
}
