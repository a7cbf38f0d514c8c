import type { TensorInfo } from '@tensorflow/tfjs-core';
import type { WasmBackend } from './heap.js';

/**
 * Turns a filter [kh, kw, c / groups, k] by 180 degrees and swaps the channels of each group:
 * [kh, kw, k / groups, c].
 * One pass over tiles of both channel axes; the Reverse and Transpose kernels of wasm take five
 * times as long on conv3 of AlexNet.
 */
export function flipFilter(backend: WasmBackend, filter: TensorInfo, groups = 1): TensorInfo {
  const [height = 0, width = 0, channels = 0, out = 0] = filter.shape;
  const [outOfGroup, all] = [out / groups, channels * groups];
  const flipped = backend.makeOutput([height, width, outOfGroup, all], 'float32');
  const from = backend.typedArrayFromHeap(filter);
  const into = backend.typedArrayFromHeap(flipped);
  const taps = height * width;
  const plane = channels * out;
  for (let tap = 0; tap < taps; tap++) {
    const source = tap * plane;
    const target = (taps - 1 - tap) * plane;
    for (let c0 = 0; c0 < channels; c0 += TILE) {
      const c1 = Math.min(channels, c0 + TILE);
      for (let k0 = 0; k0 < out; k0 += TILE) {
        const k1 = Math.min(out, k0 + TILE);
        for (let k = k0; k < k1; k++) {
          const row = target + (k % outOfGroup) * all + Math.floor(k / outOfGroup) * channels;
          for (let c = c0; c < c1; c++) {
            into[row + c] = from[source + c * out + k] as number;
          }
        }
      }
    }
  }
  return flipped;
}

/** 32 x 32 floats of source and target fit the first-level cache (2 x 4 KiB). */
const TILE = 32;
