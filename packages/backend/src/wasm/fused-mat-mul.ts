import type { _FusedMatMulAttrs, TensorInfo } from '@tensorflow/tfjs-core';
import { registerKernel } from '../kernels/register-kernel.js';
import type { Tf } from '../selection/tf.js';
import type { WasmBackend } from './heap.js';
import { addressOf } from './heap-kernels.js';
import { BYTES, runJob, threadsOf } from './jobs.js';
import { countUse } from './packing.js';

/** Above it a matrix that is packed again and again still costs less than reading it where it lies. */
const MAX_ROWS = 32;
/** Up to it reading a matrix where it lies takes no longer than reading it packed. */
const FEW_ROWS = 12;
/**
 * A matrix that is used more often is taken for one that stays; one being learnt meets a few parts of a
 * batch. Packing costs what some twenty products of many rows lose against the packed matrix.
 */
const USES_UNPACKED = 6;
/** Most columns of a unit: 4 KiB, so that the rows of y stay in the first-level cache. */
const MOST_COLUMNS = 1024;

/**
 * Replaces _FusedMatMul where few rows meet a matrix: x W + bias with W read where it lies, once, by all
 * threads. XNNPACK would keep a packed copy, another 235 MB for AlexNet, and make it anew after every
 * step of training.
 */
export function registerFusedMatMul(tf: Tf): void {
  registerKernel(tf, 'wasm', '_FusedMatMul', ({ inputs, attrs, backend, fallBack }) => {
    const { a, b } = inputs;
    const [, rows = 0] = a.shape;
    const isKnown = countUse(b) > USES_UNPACKED && rows > FEW_ROWS;
    if (isKnown || !isPlainProduct(a, b, attrs)) return fallBack();
    const [, , columns = 0] = b.shape;
    const output = backend.makeOutput([1, rows, columns], 'float32');
    const y = backend.typedArrayFromHeap(output).fill(0);
    if (inputs.bias) {
      const bias = backend.typedArrayFromHeap(inputs.bias);
      for (let row = 0; row < rows; row++) y.set(bias, row * columns);
    }
    addColumns(backend, a, b, output);
    return output;
  });
}

/** Computes y += x w of [1, rows, k] and [1, k, n] and reads every float of w once. */
function addColumns(backend: WasmBackend, x: TensorInfo, w: TensorInfo, y: TensorInfo): void {
  const [, rows = 0, k = 0] = x.shape;
  const [, , n = 0] = w.shape;
  const each = Math.min(MOST_COLUMNS, 8 * Math.ceil(n / (threadsOf(backend) * 8)));
  const at = (tensor: TensorInfo) => addressOf(backend, tensor);
  const kind = rows === 1 && k % 8 === 0 ? 'columnsOfOne' : 'columns';
  const words = [at(x), at(w), 0, at(y), rows, n * BYTES, k * BYTES, each * BYTES];
  runJob(backend, kind, Math.ceil(n / each), words);
}

/** One matrix by one matrix in sizes `addColumns` takes, nothing transposed and nothing after it. */
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
