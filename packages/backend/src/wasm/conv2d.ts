import type { backend_util, TensorInfo } from '@tensorflow/tfjs-core';
import { conv2dInfo } from '../kernels/conv2d-info.js';
import { registerKernel } from '../kernels/register-kernel.js';
import type { Tf } from '../selection/tf.js';
import { memoryOf, type WasmBackend } from './heap.js';
import { addressOf } from './heap-kernels.js';
import { BYTES, runJob, threadsOf, withRoom } from './jobs.js';
import { copyPadded, paddedSize } from './padded-map.js';

/** Of the activations of a fused convolution those that are a lower bound. */
const LOWEST: Readonly<Record<string, number>> = { linear: -Infinity, relu: 0 };

/** Filters of a panel. Source: heap-kernels.wat. */
const PANEL = 8;

/** What is convolved, into how many groups channels and filters are cut, and what becomes of the sums. */
interface Convolution {
  readonly x: TensorInfo;
  readonly filter: TensorInfo;
  readonly groups?: number;
  readonly bias?: TensorInfo | undefined;
  readonly lowest?: number;
}

/**
 * Replaces Conv2D and FusedConv2D where the filters are a multiple of eight: tiles of four pixels by
 * eight filters keep their sums in registers, where XNNPACK's loops spill them.
 */
export function registerConv2D(tf: Tf): void {
  registerKernel(tf, 'wasm', 'Conv2D', ({ inputs, attrs, backend, fallBack }) => {
    const { x, filter } = inputs;
    const info = geometryOf(tf, { x, filter }, attrs);
    return info ? convolve(backend, info, { x, filter }) : fallBack();
  });
  registerKernel(tf, 'wasm', 'FusedConv2D', ({ inputs, attrs, backend, fallBack }) => {
    const { x, filter, bias } = inputs;
    const lowest = LOWEST[attrs.activation ?? 'linear'];
    const info = geometryOf(tf, { x, filter }, attrs);
    const isPlain = bias === undefined || `${bias.shape}` === `${filter.shape[3]}`;
    if (!info || lowest === undefined || !isPlain) return fallBack();
    return convolve(backend, info, { x, filter, bias, lowest });
  });
}

/** The geometry of a convolution that {@link convolve} computes. */
export function geometryOf(
  tf: Tf,
  { x, filter, groups = 1 }: Convolution,
  attrs: Parameters<typeof conv2dInfo>[3],
): backend_util.Conv2DInfo | undefined {
  const { dataFormat = 'NHWC' } = attrs;
  const isFloat = x.dtype === 'float32' && filter.dtype === 'float32';
  if (dataFormat !== 'NHWC' || !isFloat) return undefined;
  const info = conv2dInfo(tf, x.shape, filter.shape, attrs);
  const { dilationHeight, dilationWidth, inChannels, outChannels } = info;
  const isPlain =
    dilationHeight === 1 && dilationWidth === 1 && inChannels === groups * (filter.shape[2] ?? 0);
  const isEmpty = tf.util.sizeFromShape(x.shape) * tf.util.sizeFromShape(info.outShape) === 0;
  return isPlain && !isEmpty && outChannels % (groups * PANEL) === 0 ? info : undefined;
}

/**
 * The floats a window meets in one row of the map, [kw, c], lie side by side, so they are read where
 * they are: no im2col, and a copy of the map only for its padding, or for groups to lie apart.
 */
export function convolve(
  backend: WasmBackend,
  info: backend_util.Conv2DInfo,
  { x, filter, groups = 1, bias, lowest = -Infinity }: Convolution,
): TensorInfo {
  const { batchSize, outHeight, outWidth, outChannels, inChannels, outShape, padInfo } = info;
  const { filterHeight, filterWidth, strideHeight, strideWidth } = info;
  const output = backend.makeOutput(outShape, 'float32');
  const [height, width] = paddedSize(x.shape, padInfo);
  const pixel = (inChannels / groups) * BYTES;
  const groupBytes = batchSize * height * width * pixel;
  const rows = batchSize * outHeight * outWidth;
  const panelBytes = filterHeight * filterWidth * pixel * PANEL;
  const isCopied = groups > 1 || height !== info.inHeight || width !== info.inWidth;
  const sizes = [
    isCopied ? groups * groupBytes : 0,
    rows * BYTES,
    threadsOf(backend) * panelBytes,
  ] as const;
  withRoom(backend, sizes[0] + sizes[1] + sizes[2], (map) => {
    if (isCopied) copyPadded(backend, x, padInfo, map, { groups });
    const first = isCopied ? map : addressOf(backend, x);
    const table = map + sizes[0];
    const addresses = new Int32Array(memoryOf(backend.wasm).buffer, table, rows);
    for (let n = 0, at = 0; n < batchSize; n++) {
      for (let row = 0; row < outHeight; row++) {
        let address = first + (n * height + row * strideHeight) * width * pixel;
        for (let column = 0; column < outWidth; column++, address += strideWidth * pixel) {
          addresses[at++] = address;
        }
      }
    }
    const words = [
      table,
      addressOf(backend, filter),
      bias ? addressOf(backend, bias) : 0,
      addressOf(backend, output),
      rows,
      outChannels * BYTES,
      filterHeight,
      width * pixel,
      (filterWidth * inChannels) / groups,
      table + sizes[1],
      panelBytes,
      outChannels / groups / PANEL,
      groupBytes,
    ];
    runJob(backend, 'panels', outChannels / PANEL, words, [lowest]);
  });
  return output;
}
