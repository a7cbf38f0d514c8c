import { registerKernel } from '../kernels/register-kernel.js';
import type { Tf } from '../selection/tf.js';
import { memoryOf } from './heap.js';
import { addressOf } from './heap-kernels.js';
import { BYTES, rowsOfUnit, runJob, withRoom } from './jobs.js';
import { forEachWindow, poolInfo } from './pool-windows.js';

/** Words of a window in memory. Source: heap-kernels.wat. */
const WINDOW = 3;

/**
 * Replaces MaxPool where the channels are a multiple of four. NaN is passed over and a window without a
 * number gives -Infinity, as on the cpu backend; what XNNPACK makes of NaN depends on where in the
 * window it stands, and its threads spin on afterwards.
 */
export function registerMaxPool(tf: Tf): void {
  registerKernel(tf, 'wasm', 'MaxPool', ({ inputs: { x }, attrs, backend, fallBack }) => {
    const info = poolInfo(tf, x.shape, attrs);
    const { outShape, inChannels, inWidth, filterHeight, filterWidth } = info;
    const isEmpty = tf.util.sizeFromShape(x.shape) * tf.util.sizeFromShape(outShape) === 0;
    if (isEmpty || inChannels % 4 !== 0 || x.dtype !== 'float32') return fallBack();
    const output = backend.makeOutput(outShape, 'float32');
    const pixel = inChannels * BYTES;
    const count = tf.util.sizeFromShape(outShape) / inChannels;
    withRoom(backend, count * WINDOW * BYTES, (windows) => {
      const first = addressOf(backend, x);
      const table = new Int32Array(memoryOf(backend.wasm).buffer, windows, count * WINDOW);
      let at = 0;
      forEachWindow(info, (place, rows, columns) => {
        table[at++] = first + place * pixel;
        table[at++] = rows;
        table[at++] = columns;
      });
      const each = rowsOfUnit(filterHeight * filterWidth * pixel);
      const y = addressOf(backend, output);
      const words = [windows, 0, 0, y, count, pixel, inWidth * pixel, each];
      runJob(backend, 'maxima', Math.ceil(count / each), words);
    });
    return output;
  });
}
