import type { TensorInfo } from '@tensorflow/tfjs-core';
import { registerKernel } from '../kernels/register-kernel.js';
import type { Tf } from '../selection/tf.js';

/**
 * Replaces Sum where every axis but the last goes, the gradient of a bias: tfjs-backend-wasm 4.22
 * transposes the whole tensor first (src/kernels/Sum.ts). Rows are added where they lie, in double
 * precision.
 */
export function registerSum(tf: Tf): void {
  registerKernel(tf, 'wasm', 'Sum', ({ inputs: { x }, attrs, backend, fallBack }) => {
    const axes = tf.util.parseAxisParam(attrs.axis, x.shape);
    if (!leavesLastAxis(axes, x)) return fallBack();
    const channels = x.shape.at(-1) ?? 0;
    const keepDims = attrs.keepDims === true;
    const shape = keepDims ? [...x.shape.slice(0, -1).fill(1), channels] : [channels];
    const output = backend.makeOutput(shape, 'float32');
    const from = backend.typedArrayFromHeap(x);
    const sums = new Float64Array(channels);
    for (let row = 0; row < from.length; row += channels) {
      for (let c = 0; c < channels; c++) {
        sums[c] = (sums[c] as number) + (from[row + c] as number);
      }
    }
    backend.typedArrayFromHeap(output).set(sums);
    return output;
  });
}

function leavesLastAxis(axes: readonly number[], { shape, dtype }: TensorInfo): boolean {
  const rank = shape.length;
  const leading = axes.length === rank - 1 && !axes.includes(rank - 1);
  return dtype === 'float32' && rank > 1 && (shape.at(-1) ?? 0) > 0 && leading;
}
