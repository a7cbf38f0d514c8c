import type { TensorInfo } from '@tensorflow/tfjs-core';
import { registerKernel } from '../../kernels/register-kernel.js';
import type { Tf } from '../../selection/tf.js';
import { withRawOps } from './raw-ops.js';

/**
 * Runs a plain product of two matrices by the op MatMul; tfjs-node runs every product by
 * BatchMatMul, which on a processor takes 2.6 times as long for fc6 of AlexNet at batch 1 (13.2 against
 * 5.1 ms, TensorFlow 2.21, two threads) and 1.1 times at batch 128. With a transposed side
 * BatchMatMul is the faster one and stays.
 */
export function registerMatMul(tf: Tf): void {
  registerKernel(
    tf,
    'tensorflow',
    'BatchMatMul',
    ({ inputs: { a, b }, attrs, backend, fallBack }) => {
      if (attrs.transposeA || attrs.transposeB || !isOneMatrix(a) || !isOneMatrix(b)) {
        return fallBack();
      }
      return withRawOps(backend, (ops) => {
        const matrix = (tensor: TensorInfo) =>
          tensor.shape.length === 2
            ? ops.input(tensor)
            : ops.run('Reshape', {}, [ops.input(tensor), ops.ints(tensor.shape.slice(-2))]);
        const flags = { transpose_a: false, transpose_b: false };
        const product = ops.run('MatMul', flags, [matrix(a), matrix(b)]);
        const shape = [...a.shape.slice(0, -1), b.shape.at(-1) ?? 0];
        return shape.length === 2 ? product : ops.run('Reshape', {}, [product, ops.ints(shape)]);
      });
    },
  );
}

const isOneMatrix = ({ shape, dtype }: TensorInfo) =>
  dtype === 'float32' && shape.length >= 2 && shape.slice(0, -2).every((size) => size === 1);
