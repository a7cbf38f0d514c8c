import type { backend_util } from '@tensorflow/tfjs-core';
import type { Tf } from '../selection/tf.js';

/** Window, step and padding of a pooling kernel of tfjs. */
interface PoolAttributes {
  readonly filterSize: number | readonly [number, number];
  readonly strides: number | readonly [number, number];
  readonly pad: unknown;
  readonly dimRoundingMode?: 'floor' | 'round' | 'ceil' | undefined;
}

/** tfjs' own geometry of pooling [n, h, w, c]. */
export function poolInfo(
  tf: Tf,
  shape: readonly number[],
  { filterSize, strides, pad, dimRoundingMode }: PoolAttributes,
): backend_util.Conv2DInfo {
  return tf.backend_util.computePool2DInfo(
    shape as [number, number, number, number],
    filterSize as [number, number],
    strides as [number, number],
    1,
    pad as 'valid',
    dimRoundingMode,
  );
}

/**
 * Visits the windows of the results one after the other: the first pixel of the maps [n h w] a window
 * meets, and how many rows and columns; both are 0 where it meets only padding.
 */
export function forEachWindow(
  info: backend_util.Conv2DInfo,
  visit: (pixel: number, rows: number, columns: number) => void,
): void {
  const { batchSize, inHeight, inWidth, outHeight, outWidth, padInfo } = info;
  const { filterHeight, filterWidth, strideHeight, strideWidth } = info;
  for (let n = 0; n < batchSize; n++) {
    for (let oy = 0; oy < outHeight; oy++) {
      const top = oy * strideHeight - padInfo.top;
      const firstRow = Math.max(0, top);
      const rows = Math.min(inHeight, top + filterHeight) - firstRow;
      for (let ox = 0; ox < outWidth; ox++) {
        const left = ox * strideWidth - padInfo.left;
        const firstColumn = Math.max(0, left);
        const columns = Math.min(inWidth, left + filterWidth) - firstColumn;
        if (rows > 0 && columns > 0) {
          visit((n * inHeight + firstRow) * inWidth + firstColumn, rows, columns);
        } else {
          visit(0, 0, 0);
        }
      }
    }
  }
}
