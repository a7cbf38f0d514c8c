import type { TensorInfo } from '@tensorflow/tfjs-core';
import { registerKernel } from '../../kernels/register-kernel.js';
import type { Tf } from '../../selection/tf.js';
import { conv2dGeometry } from './conv2d-geometry.js';
import { flatDispatch, type WebgpuBackend } from './program.js';
import { takesConv2d, tiledConv2d } from './tiled-conv2d.js';

/** Pixels below which most of a tile would be empty. */
const FEWEST_PIXELS = 64;

/**
 * Replaces Conv2DBackpropInput of stride 1, for which tfjs 4.22 gives each pair of pixels one thread
 * per four channels that reads the whole filter for them (its flag WEBGPU_USE_NAIVE_CONV2D_TRANSPOSE
 * is on).
 *
 * dx is itself a convolution, of dy with the filter turned round and its channels swapped, padded by
 * the rest of the window. Other strides, and channels not in fours, go to tfjs; the one such layer of
 * AlexNet is the first, whose dx nobody asks for.
 */
export function registerConv2DBackpropInput(tf: Tf): void {
  registerKernel(tf, 'webgpu', 'Conv2DBackpropInput', ({ inputs, attrs, backend, fallBack }) => {
    const { dy, filter } = inputs;
    const forward = conv2dGeometry(tf, attrs.inputShape, filter.shape, attrs);
    if (forward?.strideHeight !== 1 || forward.strideWidth !== 1) return fallBack();
    const geometry = {
      ...forward,
      inHeight: forward.outHeight,
      inWidth: forward.outWidth,
      inChannels: forward.outChannels,
      outHeight: forward.inHeight,
      outWidth: forward.inWidth,
      outChannels: forward.inChannels,
      top: forward.filterHeight - 1 - forward.top,
      left: forward.filterWidth - 1 - forward.left,
    };
    if (!takesConv2d(backend, geometry, FEWEST_PIXELS)) return fallBack();
    const turned = turnFilter(backend, filter);
    const dx = tiledConv2d(backend, dy, turned, geometry);
    backend.disposeData(turned.dataId);
    return dx;
  });
}

/** [kh, kw, cin, cout] as [kh, kw, cout, cin], with rows and columns from last to first. */
function turnFilter(backend: WebgpuBackend, filter: TensorInfo): TensorInfo {
  const [height, width, channels, filters] = filter.shape as [number, number, number, number];
  const outputShape = [height, width, filters, channels];
  return backend.runWebGPUProgram(
    {
      shaderKey: 'alexnet_turn_filter',
      outputShape,
      variableNames: ['x'],
      size: true,
      ...flatDispatch(outputShape, 1, 64),
      getUserCode: () => `
        fn main(index : i32) {
          if (index < uniforms.size) {
            let channels = uniforms.outShape[3];
            let filters = uniforms.outShape[2];
            let pixels = uniforms.outShape[0] * uniforms.outShape[1];
            let pixel = pixels - 1 - index / (channels * filters);
            let channel = index % channels;
            let place = index / channels % filters;
            result[index] = x[(pixel * channels + channel) * filters + place];
          }
        }`,
    },
    [filter],
    'float32',
  );
}
