import type { TensorInfo } from '@tensorflow/tfjs-core';
import type { Tf } from '../selection/tf.js';
import { conv2dGeometry, explicitPad } from './conv2d-geometry.js';
import { need, replaceWasmKernel, runWasmKernel, withTemporaries } from './heap.js';

/**
 * Adds Conv2DBackpropFilter, the one kernel training lacks in tfjs-backend-wasm 4.22.
 *
 * dW[i, j, c, k] = sum over n, y, x of x[n, y s + i - p, x s + j - p, c] dy[n, y, x, k]
 * is itself a convolution: with channels as batch and batch as channels, x [C, H, W, N] is
 * convolved with dy [outH, outW, N, K] as the filter, dilated by the stride, and the result
 * [C, kh, kw, K] is transposed to [kh, kw, C, K]. So XNNPACK does the arithmetic.
 *
 * XNNPACK keeps a packed copy of every filter until the filter tensor is disposed
 * (tfjs-backend-wasm/src/cc/conv2d_impl.cc); dy's is a temporary here, disposed at the end.
 */
export function registerConv2DBackpropFilter(tf: Tf): void {
  replaceWasmKernel(tf, 'Conv2DBackpropFilter', ({ inputs, attrs, backend }) => {
    const x = need(inputs, 'x');
    const dy = need(inputs, 'dy');
    const filterShape = attrs.filterShape as readonly number[];
    const info = conv2dGeometry(tf, x.shape, filterShape, attrs);
    const { padInfo, strideHeight, strideWidth, filterHeight, filterWidth } = info;
    const run = (name: string, from: Record<string, TensorInfo>, attributes: object) =>
      runWasmKernel(tf, backend, name, from, attributes as Record<string, unknown>);

    return withTemporaries(backend, (keep) => {
      const channelsFirst = keep(run('Transpose', { x }, { perm: [3, 1, 2, 0] }));
      const dyAsFilter = keep(run('Transpose', { x: dy }, { perm: [1, 2, 0, 3] }));
      // Rows below the last window take no part: without cropping them the result would be larger
      // than the filter when the stride does not divide.
      const bottom = lastPad(
        info.inHeight,
        padInfo.top,
        info.outHeight,
        strideHeight,
        filterHeight,
      );
      const right = lastPad(info.inWidth, padInfo.left, info.outWidth, strideWidth, filterWidth);
      const height = info.inHeight + Math.min(0, bottom);
      const width = info.inWidth + Math.min(0, right);
      const used =
        height === info.inHeight && width === info.inWidth
          ? channelsFirst
          : keep(
              run(
                'Slice',
                { x: channelsFirst },
                { begin: [0, 0, 0, 0], size: [info.inChannels, height, width, info.batchSize] },
              ),
            );
      const result = keep(
        run(
          'Conv2D',
          { x: used, filter: dyAsFilter },
          {
            strides: [1, 1],
            dilations: [strideHeight, strideWidth],
            pad: explicitPad(padInfo.top, Math.max(0, bottom), padInfo.left, Math.max(0, right)),
            dataFormat: 'NHWC',
          },
        ),
      );
      return run('Transpose', { x: result }, { perm: [1, 2, 0, 3] });
    });
  });
}

/** Padding after the last row that a window really reaches; negative where rows stay unread. */
function lastPad(
  size: number,
  before: number,
  out: number,
  stride: number,
  kernel: number,
): number {
  return (out - 1) * stride + kernel - size - before;
}
