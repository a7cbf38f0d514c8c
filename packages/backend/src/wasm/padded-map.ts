import type { TensorInfo } from '@tensorflow/tfjs-core';
import { memoryOf, type WasmBackend } from './heap.js';
import { addressOf, heapKernels } from './heap-kernels.js';
import { BYTES } from './jobs.js';

/** Pixels before and after the rows and columns of a map. */
export interface MapPadding {
  readonly top: number;
  readonly bottom: number;
  readonly left: number;
  readonly right: number;
}

/** Height and width of a map with its padding. */
export function paddedSize(
  [, height = 0, width = 0]: readonly number[],
  { top, bottom, left, right }: MapPadding,
): readonly [height: number, width: number] {
  return [top + height + bottom, left + width + right];
}

/**
 * Copies maps x [n, h, w, c] to an address as [groups, n, top + h + bottom, left + w + right, c / groups],
 * the padding of one value.
 */
export function copyPadded(
  backend: WasmBackend,
  x: TensorInfo,
  padding: MapPadding,
  to: number,
  { groups = 1, value = 0 } = {},
): void {
  const [batch = 0, inHeight = 0, inWidth = 0, channels = 0] = x.shape;
  const [height, width] = paddedSize(x.shape, padding);
  new Float32Array(memoryOf(backend.wasm).buffer, to, batch * height * width * channels).fill(
    value,
  );
  const { copyRuns } = heapKernels(backend);
  const pixel = channels * BYTES;
  const part = pixel / groups;
  // Of one group a row is one run, of more each pixel is.
  const [count, run] = groups === 1 ? [1, inWidth * pixel] : [inWidth, part];
  if (inHeight * inWidth * channels === 0) return;
  for (let group = 0, from = addressOf(backend, x); group < groups; group++) {
    for (let n = 0; n < batch; n++) {
      const image = to + (group * batch + n) * height * width * part;
      for (let row = 0; row < inHeight; row++) {
        const source = from + (n * inHeight + row) * inWidth * pixel;
        const target = image + ((padding.top + row) * width + padding.left) * part;
        copyRuns(source, target, count, run, pixel, part);
      }
    }
    from += part;
  }
}
