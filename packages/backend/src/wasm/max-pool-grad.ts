import type { Tf } from '../selection/tf.js';
import { need, replaceWasmKernel } from './heap.js';

/**
 * Replaces MaxPoolGrad, which in tfjs-backend-wasm 4.22 starts every window at the smallest
 * positive float (src/cc/kernels/MaxPoolGrad.cc, `numeric_limits<float>::min()`) and so sends the
 * gradient of windows without a positive value to element 0. Here, as on the cpu backend, the first
 * of equal maxima takes the gradient. Channels are the inner loop: windows of the whole row of
 * channels are scanned together, which is also several times faster.
 */
export function registerMaxPoolGrad(tf: Tf): void {
  replaceWasmKernel(tf, 'MaxPoolGrad', ({ inputs, attrs, backend }) => {
    const dy = need(inputs, 'dy');
    const input = need(inputs, 'input');
    const info = tf.backend_util.computePool2DInfo(
      input.shape as [number, number, number, number],
      attrs.filterSize as [number, number],
      attrs.strides as [number, number],
      1,
      attrs.pad as 'valid',
      attrs.dimRoundingMode as 'floor' | undefined,
    );
    const output = backend.makeOutput(input.shape, 'float32');
    const x = backend.typedArrayFromHeap(input);
    const gradient = backend.typedArrayFromHeap(dy);
    const dx = backend.typedArrayFromHeap(output).fill(0);

    const { inHeight, inWidth, outHeight, outWidth, inChannels: channels } = info;
    const best = new Float32Array(channels);
    const place = new Int32Array(channels);
    let at = 0;
    for (let n = 0; n < info.batchSize; n++) {
      for (let oy = 0; oy < outHeight; oy++) {
        const top = oy * info.strideHeight - info.padInfo.top;
        const bottom = Math.min(inHeight, top + info.filterHeight);
        for (let ox = 0; ox < outWidth; ox++) {
          const left = ox * info.strideWidth - info.padInfo.left;
          const right = Math.min(inWidth, left + info.filterWidth);
          best.fill(Number.NEGATIVE_INFINITY);
          for (let y = Math.max(0, top); y < bottom; y++) {
            for (let column = Math.max(0, left); column < right; column++) {
              const from = ((n * inHeight + y) * inWidth + column) * channels;
              for (let c = 0; c < channels; c++) {
                const value = x[from + c] as number;
                if (value > (best[c] as number)) {
                  best[c] = value;
                  place[c] = from + c;
                }
              }
            }
          }
          for (let c = 0; c < channels; c++) {
            const to = place[c] as number;
            dx[to] = (dx[to] as number) + (gradient[at++] as number);
          }
        }
      }
    }
    return output;
  });
}
