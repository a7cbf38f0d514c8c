import type { _FusedMatMulAttrs, TensorInfo } from '@tensorflow/tfjs-core';
import { registerKernel } from '../kernels/register-kernel.js';
import type { Tf } from '../selection/tf.js';
import { addressOf, heapKernels } from './heap-kernels.js';
import { countUse } from './packing.js';

/** Above it the products of one thread cost more than packing saves. */
const MAX_ROWS = 32;
/**
 * A matrix that is used more often is taken for one that stays; one being learnt meets a few parts of a
 * batch. Packing costs what some twenty products of eight rows lose against the packed matrix.
 */
const USES_UNPACKED = 6;

/**
 * Replaces _FusedMatMul where few rows meet a matrix that was just written, as in a training step:
 * x W + bias with W read where it lies. XNNPACK would pack W first, five times the work at eight rows;
 * a matrix that is used again and again still goes to XNNPACK.
 */
export function registerFusedMatMul(tf: Tf): void {
  registerKernel(tf, 'wasm', '_FusedMatMul', ({ inputs, attrs, backend, fallBack }) => {
    const { a, b } = inputs;
    if (!isPlainProduct(a, b, attrs) || countUse(b) > USES_UNPACKED) {
      return fallBack();
    }
    const [, rows = 0, depth = 0] = a.shape;
    const [, , columns = 0] = b.shape;
    const output = backend.makeOutput([1, rows, columns], 'float32');
    const y = backend.typedArrayFromHeap(output).fill(0);
    if (inputs.bias) {
      const bias = backend.typedArrayFromHeap(inputs.bias);
      for (let row = 0; row < rows; row++) y.set(bias, row * columns);
    }
    const at = (tensor: TensorInfo) => addressOf(backend, tensor);
    heapKernels(backend).addProduct(at(a), at(b), at(output), rows, depth, columns);
    return output;
  });
}

/** One matrix by one matrix in sizes `addProduct` takes, nothing transposed and nothing after it. */
function isPlainProduct(
  a: TensorInfo,
  b: TensorInfo,
  { transposeA, transposeB, activation }: Readonly<Partial<_FusedMatMulAttrs>>,
): boolean {
  const [batchA, rows = 0, depth = 0] = a.shape;
  const [batchB, , columns = 0] = b.shape;
  return (
    a.dtype === 'float32' &&
    b.dtype === 'float32' &&
    !transposeA &&
    !transposeB &&
    (activation ?? 'linear') === 'linear' &&
    batchA === 1 &&
    batchB === 1 &&
    rows <= MAX_ROWS &&
    rows * depth * columns > 0 &&
    depth % 4 === 0 &&
    columns % 8 === 0
  );
}
