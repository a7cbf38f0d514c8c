import type { TensorInfo } from '@tensorflow/tfjs-core';
import { registerKernel } from '../kernels/register-kernel.js';
import type { Tf } from '../selection/tf.js';
import { runWasmKernel, type WasmBackend } from './heap.js';
import { addressOf, hasHeapKernels } from './heap-kernels.js';
import { BYTES, rowsOfUnit, runJob, threadsOf, withRoom } from './jobs.js';

/** The exponent of the paper (section 3.3), for which two square roots do. */
const BETA = 0.75;

interface Attributes {
  readonly depthRadius: number;
  readonly bias: number;
  readonly alpha: number;
  readonly beta: number;
}

/**
 * Replaces LRN and adds AlexNetLRNGrad, both four channels at once where their number and the exponent
 * allow it. Else they are tfjs-backend-wasm's own, loops with a power of every element; for the gradient
 * those are still faster here than the two matrix products that serve WebGPU.
 */
export function registerLrn(tf: Tf): void {
  registerKernel(tf, 'wasm', 'AlexNetLRNGrad', ({ inputs, attrs, backend }) => {
    const { x, y, dy } = inputs;
    if (!isFast(tf, x, attrs)) return runWasmKernel(tf, backend, 'LRNGrad', inputs, attrs);
    const output = backend.makeOutput(x.shape, 'float32');
    const tensors = [x, y, dy, output];
    normalize(tf, backend, 'normGradient', tensors, attrs, 2 * attrs.alpha * BETA);
    return output;
  });
  if (!hasHeapKernels()) return;
  registerKernel(tf, 'wasm', 'LRN', ({ inputs: { x }, attrs, backend, fallBack }) => {
    if (!isFast(tf, x, attrs)) return fallBack();
    const output = backend.makeOutput(x.shape, 'float32');
    normalize(tf, backend, 'norm', [x, undefined, undefined, output], attrs);
    return output;
  });
}

function isFast(tf: Tf, { shape, dtype }: TensorInfo, { beta }: Attributes): boolean {
  const isWhole = (shape.at(-1) ?? 0) % 4 === 0 && tf.util.sizeFromShape(shape) > 0;
  return hasHeapKernels() && isWhole && dtype === 'float32' && beta === BETA;
}

/** x, y, dy and the result; the room holds squares, and of the gradient as much again, see there. */
function normalize(
  tf: Tf,
  backend: WasmBackend,
  kind: 'norm' | 'normGradient',
  tensors: readonly (TensorInfo | undefined)[],
  { depthRadius, bias, alpha }: Attributes,
  factor = 0,
): void {
  const { shape } = tensors[0] as TensorInfo;
  const channels = shape.at(-1) ?? 0;
  const pixels = tf.util.sizeFromShape(shape) / channels;
  const each = rowsOfUnit(channels * BYTES);
  const halves = kind === 'norm' ? 1 : 2;
  const bytes = halves * (channels + 2 * depthRadius) * BYTES;
  withRoom(backend, threadsOf(backend) * bytes, (room) => {
    const addresses = tensors.map((tensor) => (tensor ? addressOf(backend, tensor) : 0));
    const sizes = [pixels, channels * BYTES, each, depthRadius * BYTES, room, bytes];
    const units = Math.ceil(pixels / each);
    runJob(backend, kind, units, [...addresses, ...sizes], [bias, alpha, factor]);
  });
}
