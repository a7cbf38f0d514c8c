import type { backend_util, TensorInfo } from '@tensorflow/tfjs-core';
import { windowOf } from '../kernels/conv2d-info.js';
import { registerKernel } from '../kernels/register-kernel.js';
import type { Tf } from '../selection/tf.js';
import { conv2dGeometry, explicitPad } from './conv2d-geometry.js';
import { flipFilter } from './flip-filter.js';
import { runWasmKernel, type WasmBackend, withTemporaries } from './heap.js';

/**
 * Replaces Conv2DBackpropInput, which tfjs-backend-wasm 4.22 computes with plain nested loops
 * (src/cc/kernels/Conv2DBackpropInput.cc), by a convolution with the flipped filter. A stride larger
 * than 1 is undone by spreading dy with zeros.
 */
export function registerConv2DBackpropInput(tf: Tf): void {
  registerKernel(tf, 'wasm', 'Conv2DBackpropInput', ({ inputs, attrs, backend }) => {
    const { dy, filter } = inputs;
    const info = conv2dGeometry(tf, attrs.inputShape, filter.shape, attrs);
    return inputGradient(tf, backend, info, dy, filter, 1);
  });
}

/** The same of a convolution in groups, AlexNetGroupedConv2DBackpropInput. */
export function registerGroupedConv2DBackpropInput(tf: Tf): void {
  registerKernel(tf, 'wasm', 'AlexNetGroupedConv2DBackpropInput', ({ inputs, attrs, backend }) => {
    const { dy, filter } = inputs;
    const info = conv2dGeometry(tf, attrs.inputShape, filter.shape, windowOf(attrs));
    return inputGradient(tf, backend, info, dy, filter, attrs.groups);
  });
}

function inputGradient(
  tf: Tf,
  backend: WasmBackend,
  info: backend_util.Conv2DInfo,
  dy: TensorInfo,
  filter: TensorInfo,
  groups: number,
): TensorInfo {
  const { padInfo, filterHeight, filterWidth, strideHeight, strideWidth } = info;
  const run = (name: string, from: Record<string, TensorInfo>, attributes: object) =>
    runWasmKernel(tf, backend, name, from, attributes as Record<string, unknown>);

  return withTemporaries(backend, (keep) => {
    const flipped = keep(flipFilter(backend, filter, groups));
    let spread = dy;
    if (strideHeight > 1 || strideWidth > 1) {
      spread = keep(
        backend.makeOutput(
          [
            info.batchSize,
            (info.outHeight - 1) * strideHeight + 1,
            (info.outWidth - 1) * strideWidth + 1,
            info.outChannels,
          ],
          'float32',
        ),
      );
      spreadWithZeros(
        backend.typedArrayFromHeap(dy),
        backend.typedArrayFromHeap(spread),
        dy.shape,
        spread.shape,
        strideHeight,
        strideWidth,
      );
    }
    const spreadHeight = spread.shape[1] ?? 0;
    const spreadWidth = spread.shape[2] ?? 0;
    const top = filterHeight - 1 - padInfo.top;
    const left = filterWidth - 1 - padInfo.left;
    const bottom = info.inHeight + filterHeight - 1 - spreadHeight - top;
    const right = info.inWidth + filterWidth - 1 - spreadWidth - left;
    // Padding wider than the filter: those outputs never saw the input, so they are cut off.
    if (Math.min(top, left, bottom, right) < 0) {
      const begin = [0, Math.max(0, -top), Math.max(0, -left), 0];
      const size = [
        info.batchSize,
        spreadHeight - Math.max(0, -top) - Math.max(0, -bottom),
        spreadWidth - Math.max(0, -left) - Math.max(0, -right),
        info.outChannels,
      ];
      if (Math.min(...size) <= 0) return zeros(backend, info.inShape);
      spread = keep(run('Slice', { x: spread }, { begin, size }));
    }
    const sides = [top, bottom, left, right].map((zeros) => Math.max(0, zeros));
    const pad = explicitPad(...(sides as [number, number, number, number]));
    const attributes = { strides: [1, 1], dilations: [1, 1], pad, dataFormat: 'NHWC', groups };
    return run(
      groups === 1 ? 'Conv2D' : 'AlexNetGroupedConv2D',
      { x: spread, filter: flipped },
      attributes,
    );
  });
}

/** Where no output saw the input at all. */
function zeros(backend: WasmBackend, shape: readonly number[]): TensorInfo {
  const gradient = backend.makeOutput(shape, 'float32');
  backend.typedArrayFromHeap(gradient).fill(0);
  return gradient;
}

/** dy [n, h, w, k] into [n, (h - 1) s + 1, (w - 1) s + 1, k], zeros between. */
function spreadWithZeros(
  from: Float32Array,
  into: Float32Array,
  shape: readonly number[],
  spreadShape: readonly number[],
  strideHeight: number,
  strideWidth: number,
): void {
  const [batch = 0, height = 0, width = 0, channels = 0] = shape;
  const [, spreadHeight = 0, spreadWidth = 0] = spreadShape;
  into.fill(0);
  for (let n = 0; n < batch; n++) {
    for (let y = 0; y < height; y++) {
      const row = (n * spreadHeight + y * strideHeight) * spreadWidth;
      for (let x = 0; x < width; x++) {
        const source = ((n * height + y) * width + x) * channels;
        into.set(from.subarray(source, source + channels), (row + x * strideWidth) * channels);
      }
    }
  }
}
