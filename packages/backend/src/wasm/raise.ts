import type { TensorInfo } from '@tensorflow/tfjs-core';
import { registerKernel } from '../kernels/register-kernel.js';
import type { Tf } from '../selection/tf.js';
import type { WasmBackend } from './heap.js';
import { addressOf } from './heap-kernels.js';
import { BYTES, rowsOfUnit, runJob } from './jobs.js';

/**
 * Replaces Add where a bias meets the last axis, and Relu: max(x + bias, lowest) in one pass. XNNPACK
 * is as fast, but its threads spin on after each and keep a processor from those that compute next.
 */
export function registerRaise(tf: Tf): void {
  registerKernel(tf, 'wasm', 'Add', ({ inputs: { a, b }, backend, fallBack }) => {
    const [channels = 0] = b.shape;
    const isBias = a.shape.length > 1 && b.shape.length === 1 && a.shape.at(-1) === channels;
    if (!isBias || !isRaised(tf, a, channels) || b.dtype !== 'float32') return fallBack();
    return raise(tf, backend, a, channels, addressOf(backend, b), Number.NEGATIVE_INFINITY);
  });
  registerKernel(tf, 'wasm', 'Relu', ({ inputs: { x }, backend, fallBack }) =>
    isRaised(tf, x, tf.util.sizeFromShape(x.shape)) ? raise(tf, backend, x, 4, 0, 0) : fallBack(),
  );
}

function isRaised(tf: Tf, { shape, dtype }: TensorInfo, row: number): boolean {
  return dtype === 'float32' && row % 4 === 0 && tf.util.sizeFromShape(shape) > 0;
}

/** max(x + bias, lowest) in rows of so many floats; without a bias, at 0, they are only a measure. */
function raise(
  tf: Tf,
  backend: WasmBackend,
  x: TensorInfo,
  columns: number,
  bias: number,
  lowest: number,
): TensorInfo {
  const output = backend.makeOutput(x.shape, 'float32');
  const bytes = tf.util.sizeFromShape(x.shape) * BYTES;
  const row = columns * BYTES;
  const unit = row * rowsOfUnit(row);
  const words = [addressOf(backend, x), 0, bias, addressOf(backend, output), bytes, row, unit];
  runJob(backend, 'raise', Math.ceil(bytes / unit), words, [lowest]);
  return output;
}
