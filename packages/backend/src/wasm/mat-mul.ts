import type { TensorInfo } from '@tensorflow/tfjs-core';
import { need } from '../kernel-input.js';
import type { Tf } from '../selection/tf.js';
import { replaceWasmKernel, runWasmKernel, withTemporaries } from './heap.js';

/**
 * Replaces BatchMatMul so that the two gradients of a dense layer reach XNNPACK too.
 *
 * tfjs-backend-wasm 4.22 uses XNNPACK only when neither side is transposed and the batch is 1, else
 * scalar loops (src/cc/batch_mat_mul_impl.cc). Here the smaller matrix is transposed explicitly:
 * A^T B transposes A, and A B^T = (B A^T)^T transposes A and the result when B, the weights, is the
 * larger one. XNNPACK packs its right-hand side and drops it when that tensor is disposed.
 */
export function registerMatMul(tf: Tf): void {
  const original = tf.getKernel('BatchMatMul', 'wasm');
  if (!original) throw new Error('tfjs-backend-wasm has no BatchMatMul kernel');
  replaceWasmKernel(
    tf,
    'BatchMatMul',
    ({ inputs, attrs, backend }) => {
      const a = need(inputs, 'a');
      const b = need(inputs, 'b');
      const transposeA = attrs.transposeA === true;
      const transposeB = attrs.transposeB === true;
      const plain = (left: TensorInfo, right: TensorInfo, ta = false, tb = false): TensorInfo =>
        original.kernelFunc({
          inputs: { a: left, b: right },
          backend,
          attrs: { transposeA: ta, transposeB: tb },
        }) as TensorInfo;
      if ((!transposeA && !transposeB) || !isOneMatrix(a) || !isOneMatrix(b)) {
        return plain(a, b, transposeA, transposeB);
      }
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
    original.setupFunc,
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
