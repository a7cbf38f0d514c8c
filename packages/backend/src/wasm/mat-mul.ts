import type { TensorInfo } from '@tensorflow/tfjs-core';
import { registerKernel } from '../kernels/register-kernel.js';
import type { Tf } from '../selection/tf.js';
import { runWasmKernel, withTemporaries } from './heap.js';

/**
 * Replaces BatchMatMul so that the two gradients of a dense layer reach XNNPACK too.
 *
 * tfjs-backend-wasm 4.22 uses XNNPACK only when neither side is transposed and the batch is 1, else
 * scalar loops (src/cc/batch_mat_mul_impl.cc). Here the smaller matrix is transposed explicitly:
 * A^T B transposes A, and A B^T = (B A^T)^T transposes A and the result when B, the weights, is the
 * larger one. XNNPACK packs its right-hand side and drops it when that tensor is disposed.
 */
export function registerMatMul(tf: Tf): void {
  registerKernel(
    tf,
    'wasm',
    'BatchMatMul',
    ({ inputs: { a, b }, attrs: { transposeA, transposeB }, backend, fallBack, tfjsKernel }) => {
      if ((!transposeA && !transposeB) || !isOneMatrix(a) || !isOneMatrix(b)) return fallBack();
      const plain = (left: TensorInfo, right: TensorInfo) =>
        tfjsKernel({ a: left, b: right }, { transposeA: false, transposeB: false });
      const flip = (x: TensorInfo) =>
        runWasmKernel(tf, backend, 'Transpose', { x }, { perm: lastTwoSwapped(x.shape.length) });
      return withTemporaries(backend, (keep) => {
        const left = transposeA ? keep(flip(a)) : a;
        if (!transposeB) return plain(left, b);
        if (elements(b) <= elements(a)) return plain(left, keep(flip(b)));
        const leftT = transposeA ? a : keep(flip(a));
        return flip(keep(plain(b, leftT)));
      });
    },
  );
}

const elements = ({ shape }: TensorInfo) => shape.reduce((product, size) => product * size, 1);

const isOneMatrix = ({ shape }: TensorInfo) =>
  shape.slice(0, -2).every((size) => size === 1) && shape.length >= 2;

function lastTwoSwapped(rank: number): readonly number[] {
  const perm = Array.from({ length: rank }, (_, axis) => axis);
  perm[rank - 2] = rank - 1;
  perm[rank - 1] = rank - 2;
  return perm;
}
