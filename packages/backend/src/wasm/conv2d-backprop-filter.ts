import type { TensorInfo } from '@tensorflow/tfjs-core';
import { registerKernel } from '../kernels/register-kernel.js';
import type { Tf } from '../selection/tf.js';
import { conv2dGeometry, explicitPad } from './conv2d-geometry.js';
import { runWasmKernel, withTemporaries } from './heap.js';

/** Images at once: the sums of more no longer fit the second-level cache. */
const IMAGES = 8;

/**
 * Adds Conv2DBackpropFilter, the one kernel training lacks in tfjs-backend-wasm 4.22.
 *
 * dW[i, j, c, k] = sum over n, y, x of x[n, y s + i - p, x s + j - p, c] dy[n, y, x, k]
 * is itself a convolution, so XNNPACK does the arithmetic. For one j, the pixels that column j of the
 * filter meets are an image [H, C] whose channels are (place in a row, image); dy is its filter
 * [outH, 1, outW N, K], dilated by the stride, and the result [kh, C, K] is dW at this j. XNNPACK takes
 * the pixels of a result in fours or more, so one large result wastes less than a small one for each c.
 *
 * XNNPACK keeps a packed copy of every filter until the filter tensor is disposed
 * (tfjs-backend-wasm/src/cc/conv2d_impl.cc): dy is packed once for all j.
 */
export function registerConv2DBackpropFilter(tf: Tf): void {
  registerKernel(tf, 'wasm', 'Conv2DBackpropFilter', ({ inputs, attrs, backend }) => {
    const { x, dy } = inputs;
    const { filterShape } = attrs;
    const info = conv2dGeometry(tf, x.shape, filterShape, attrs);
    const { batchSize, inHeight, inChannels, outHeight, outWidth, outChannels } = info;
    const { padInfo, strideHeight, filterHeight, filterWidth } = info;
    const run = (name: string, from: Record<string, TensorInfo>, attributes: object) =>
      runWasmKernel(tf, backend, name, from, attributes as Record<string, unknown>);

    // Rows below the last window take no part; where it ends above the first row, none does.
    const bottom = (outHeight - 1) * strideHeight + filterHeight - inHeight - padInfo.top;
    const height = inHeight + Math.min(0, bottom);
    const convolution = {
      strides: [1, 1],
      dilations: [strideHeight, 1],
      pad: explicitPad(padInfo.top, Math.max(0, bottom), 0, 0),
      dataFormat: 'NHWC',
    };
    const gradient = backend.makeOutput(filterShape, 'float32');
    backend.typedArrayFromHeap(gradient).fill(0);

    const addPart = (first: number) =>
      withTemporaries(backend, (keep) => {
        const images = Math.min(IMAGES, batchSize - first);
        const reordered = (tensor: TensorInfo, perm: readonly number[]) => {
          const part = keep(backend.makeOutput([images, ...tensor.shape.slice(1)], 'float32'));
          const values = backend.typedArrayFromHeap(part);
          const begin = (first * values.length) / images;
          const all = backend.typedArrayFromHeap(tensor);
          values.set(all.subarray(begin, begin + values.length));
          return keep(run('Transpose', { x: part }, { perm }));
        };
        const rows = reordered(x, [1, 3, 2, 0]);
        const row = outWidth * images;
        const filter = {
          ...reordered(dy, [1, 2, 0, 3]),
          shape: [outHeight, 1, row, outChannels],
        };
        const met = keep(backend.makeOutput([1, height, inChannels, row], 'float32'));
        for (let j = 0; j < filterWidth; j++) {
          gatherPlaces(
            backend.typedArrayFromHeap(rows),
            backend.typedArrayFromHeap(met),
            { ...info, images },
            j - padInfo.left,
          );
          const result = run('Conv2D', { x: met, filter }, convolution);
          const from = backend.typedArrayFromHeap(result);
          const into = backend.typedArrayFromHeap(gradient);
          const block = inChannels * outChannels;
          for (let i = 0; i < filterHeight; i++) {
            const to = (i * filterWidth + j) * block;
            for (let at = 0; at < block; at++) {
              into[to + at] = (into[to + at] as number) + (from[i * block + at] as number);
            }
          }
          backend.disposeData(result.dataId);
        }
      });
    for (let first = 0; first < batchSize && height > 0; first += IMAGES) addPart(first);
    return gradient;
  });
}

/** Of every row [inWidth, images] the places first, first + stride, …; those outside are 0. */
function gatherPlaces(
  from: Float32Array,
  into: Float32Array,
  sizes: {
    readonly inWidth: number;
    readonly outWidth: number;
    readonly strideWidth: number;
    readonly images: number;
  },
  first: number,
): void {
  const { inWidth, outWidth, strideWidth, images } = sizes;
  const begin = Math.min(outWidth, Math.max(0, Math.ceil(-first / strideWidth)));
  const end = Math.max(begin, Math.min(outWidth, Math.ceil((inWidth - first) / strideWidth)));
  into.fill(0);
  for (let to = 0, row = 0; to < into.length; to += outWidth * images) {
    if (strideWidth === 1) {
      const inside = from.subarray(row + (begin + first) * images, row + (end + first) * images);
      into.set(inside, to + begin * images);
    } else {
      for (let place = begin; place < end; place++) {
        const source = row + (place * strideWidth + first) * images;
        for (let n = 0; n < images; n++) {
          into[to + place * images + n] = from[source + n] as number;
        }
      }
    }
    row += inWidth * images;
  }
}
