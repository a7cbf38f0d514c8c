import { registerKernel } from '../kernels/register-kernel.js';
import type { Tf } from '../selection/tf.js';
import { type HeapKernels, hasHeapKernels, heapKernels } from './heap-kernels.js';
import { forEachWindow, poolInfo } from './pool-windows.js';

/**
 * Replaces MaxPoolGrad, which in tfjs-backend-wasm 4.22 starts every window at the smallest
 * positive float (src/cc/kernels/MaxPoolGrad.cc, `numeric_limits<float>::min()`) and so sends the
 * gradient of windows without a positive value to element 0. Here, as on the cpu backend, the first
 * of equal maxima takes the gradient. All channels of a window are scanned together, four at once where
 * their number allows it.
 */
export function registerMaxPoolGrad(tf: Tf): void {
  registerKernel(tf, 'wasm', 'MaxPoolGrad', ({ inputs, attrs, backend }) => {
    const { dy, input } = inputs;
    const info = poolInfo(tf, input.shape, attrs);
    const output = backend.makeOutput(input.shape, 'float32');
    const x = backend.typedArrayFromHeap(input);
    const gradient = backend.typedArrayFromHeap(dy);
    const dx = backend.typedArrayFromHeap(output).fill(0);

    const { inChannels: channels } = info;
    const addWindow =
      channels % 4 === 0 && hasHeapKernels()
        ? simdWindow(heapKernels(backend), x, gradient, dx, info)
        : plainWindow(x, gradient, dx, info);
    let at = 0;
    forEachWindow(info, (pixel, rows, columns) => {
      if (rows > 0) addWindow(pixel * channels, rows, columns, at);
      at += channels;
    });
    return output;
  });
}

/**
 * In a window of `rows` by `columns` pixels from x[first] on: dx += dy[at], dy[at + 1], … at the first
 * largest x of each channel.
 */
type AddWindow = (first: number, rows: number, columns: number, at: number) => void;

interface Sizes {
  readonly inWidth: number;
  readonly inChannels: number;
}

function plainWindow(
  x: Float32Array,
  dy: Float32Array,
  dx: Float32Array,
  { inWidth, inChannels: channels }: Sizes,
): AddWindow {
  const best = new Float32Array(channels);
  const place = new Int32Array(channels);
  return (first, rows, columns, at) => {
    best.fill(Number.NEGATIVE_INFINITY);
    for (let row = 0; row < rows; row++) {
      for (let column = 0; column < columns; column++) {
        const from = first + (row * inWidth + column) * channels;
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
      dx[to] = (dx[to] as number) + (dy[at + c] as number);
    }
  };
}

function simdWindow(
  { addAtMaxima }: HeapKernels,
  x: Float32Array,
  dy: Float32Array,
  dx: Float32Array,
  { inWidth, inChannels }: Sizes,
): AddWindow {
  const { BYTES_PER_ELEMENT: bytes } = x;
  const pixel = inChannels * bytes;
  return (first, rows, columns, at) =>
    addAtMaxima(
      x.byteOffset + first * bytes,
      dx.byteOffset + first * bytes,
      dy.byteOffset + at * bytes,
      rows,
      columns,
      pixel,
      pixel * inWidth,
    );
}
