import type { backend_util, TensorInfo } from '@tensorflow/tfjs-core';
import { conv2dInfo } from '../kernels/conv2d-info.js';
import { registerKernel } from '../kernels/register-kernel.js';
import type { Tf } from '../selection/tf.js';
import { memoryOf, type WasmBackend } from './heap.js';
import { addressOf } from './heap-kernels.js';
import { multiplyPanels } from './jobs.js';

/** Of the activations of a fused convolution those that are a lower bound. */
const LOWEST: Readonly<Record<string, number>> = { linear: -Infinity, relu: 0 };

/**
 * Replaces Conv2D and FusedConv2D where the filters are a multiple of eight: tiles of four pixels by
 * eight filters keep their sums in registers, where XNNPACK's loops spill them. The floats a window
 * meets in one row of the map, [kw, c], lie side by side, so they are read where they are: no im2col,
 * and a copy of the map only for its padding.
 */
export function registerConv2D(tf: Tf): void {
  registerKernel(tf, 'wasm', 'Conv2D', ({ inputs: { x, filter }, attrs, backend, fallBack }) => {
    const info = geometryOf(tf, x, filter, attrs);
    return info ? convolve(backend, info, x, filter, undefined, -Infinity) : fallBack();
  });
  registerKernel(tf, 'wasm', 'FusedConv2D', ({ inputs, attrs, backend, fallBack }) => {
    const { x, filter, bias } = inputs;
    const lowest = LOWEST[attrs.activation ?? 'linear'];
    const info = geometryOf(tf, x, filter, attrs);
    const isPlain = bias === undefined || `${bias.shape}` === `${filter.shape[3]}`;
    if (!info || lowest === undefined || !isPlain) return fallBack();
    return convolve(backend, info, x, filter, bias, lowest);
  });
}

/** The geometry of a convolution that is computed here. */
function geometryOf(
  tf: Tf,
  x: TensorInfo,
  filter: TensorInfo,
  attrs: Parameters<typeof conv2dInfo>[3],
): backend_util.Conv2DInfo | undefined {
  const { dataFormat = 'NHWC' } = attrs;
  const isFloat = x.dtype === 'float32' && filter.dtype === 'float32';
  if (dataFormat !== 'NHWC' || !isFloat) return undefined;
  const info = conv2dInfo(tf, x.shape, filter.shape, attrs);
  const { dilationHeight, dilationWidth, inChannels, outChannels } = info;
  const isPlain = dilationHeight === 1 && dilationWidth === 1 && inChannels === filter.shape[2];
  const isEmpty = tf.util.sizeFromShape(x.shape) * tf.util.sizeFromShape(info.outShape) === 0;
  return isPlain && !isEmpty && outChannels % 8 === 0 ? info : undefined;
}

function convolve(
  backend: WasmBackend,
  info: backend_util.Conv2DInfo,
  x: TensorInfo,
  filter: TensorInfo,
  bias: TensorInfo | undefined,
  lowest: number,
): TensorInfo {
  const { wasm } = backend;
  const { batchSize, outHeight, outWidth, outChannels, inChannels, outShape } = info;
  const { filterHeight, filterWidth, strideHeight, strideWidth } = info;
  const rows = batchSize * outHeight * outWidth;
  const output = backend.makeOutput(outShape, 'float32');
  const [height, width] = paddedSize(info);
  const isPadded = height !== info.inHeight || width !== info.inWidth;
  const map = isPadded ? wasm._malloc(batchSize * height * width * inChannels * 4) : 0;
  const table = wasm._malloc(rows * 4);
  try {
    if (isPadded) copyPadded(backend, info, x, map);
    const pixel = inChannels * 4;
    const line = width * pixel;
    const first = isPadded ? map : addressOf(backend, x);
    const addresses = new Int32Array(memoryOf(wasm).buffer, table >>> 0, rows);
    for (let n = 0, at = 0; n < batchSize; n++) {
      for (let row = 0; row < outHeight; row++) {
        let address = first + (n * height + row * strideHeight) * line;
        for (let column = 0; column < outWidth; column++, address += strideWidth * pixel) {
          addresses[at++] = address;
        }
      }
    }
    multiplyPanels(backend, {
      x: table,
      w: addressOf(backend, filter),
      bias: bias ? addressOf(backend, bias) : 0,
      y: addressOf(backend, output),
      rows,
      n: outChannels,
      lowest,
      lines: filterHeight,
      line,
      run: filterWidth * inChannels,
    });
  } finally {
    wasm._free(table);
    if (isPadded) wasm._free(map);
  }
  return output;
}

/** Height and width of what the windows meet, from the first zero of the padding on. */
function paddedSize(info: backend_util.Conv2DInfo): readonly [height: number, width: number] {
  const { padInfo, inHeight, inWidth } = info;
  return [padInfo.top + inHeight + padInfo.bottom, padInfo.left + inWidth + padInfo.right];
}

function copyPadded(
  backend: WasmBackend,
  info: backend_util.Conv2DInfo,
  x: TensorInfo,
  address: number,
): void {
  const { batchSize, inHeight, inWidth, inChannels, padInfo } = info;
  const [height, width] = paddedSize(info);
  const from = backend.typedArrayFromHeap(x);
  const size = batchSize * height * width * inChannels;
  const into = new Float32Array(memoryOf(backend.wasm).buffer, address >>> 0, size).fill(0);
  const run = inWidth * inChannels;
  for (let n = 0; n < batchSize; n++) {
    for (let row = 0; row < inHeight; row++) {
      const source = (n * inHeight + row) * run;
      const target = (n * height + padInfo.top + row) * width + padInfo.left;
      into.set(from.subarray(source, source + run), target * inChannels);
    }
  }
}
