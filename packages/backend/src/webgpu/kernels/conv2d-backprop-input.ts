import type { TensorInfo } from '@tensorflow/tfjs-core';
import { windowOf } from '../../kernels/conv2d-info.js';
import { registerKernel } from '../../kernels/register-kernel.js';
import type { Tf } from '../../selection/tf.js';
import { conv2dGeometry, type Geometry } from './conv2d-geometry.js';
import { flatDispatch, type WebgpuBackend } from './program.js';
import { runKernel } from './run-kernel.js';
import { tileNumbersOf } from './tile-numbers.js';
import { fitsConv2d, tiledConv2d } from './tiled-conv2d.js';

/** Pixels below which most of a tile would be empty. */
const FEWEST_PIXELS = 64;

/**
 * Replaces Conv2DBackpropInput of stride 1, for which tfjs 4.22 gives each pair of pixels one thread
 * per four channels that reads the whole filter for them (its flag WEBGPU_USE_NAIVE_CONV2D_TRANSPOSE
 * is on), and adds AlexNetGroupedConv2DBackpropInput.
 *
 * dx is itself a convolution, of dy with the filter turned round and its channels swapped, padded by
 * the rest of the window. In float32 and without groups, other strides and channels not in fours go to
 * tfjs; the one such layer of AlexNet is the first, whose dx nobody asks for.
 */
export function registerConv2DBackpropInput(tf: Tf): void {
  registerKernel(tf, 'webgpu', 'Conv2DBackpropInput', ({ inputs, attrs, backend, fallBack }) => {
    const { dy, filter } = inputs;
    const forward = conv2dGeometry(tf, attrs.inputShape, filter.shape, attrs);
    if (!forward) return fallBack();
    const { batchSize, inHeight, inWidth, inChannels, outChannels } = forward;
    const isTaken =
      forward.strideHeight === 1 &&
      forward.strideWidth === 1 &&
      inChannels % 4 === 0 &&
      outChannels % 4 === 0 &&
      batchSize * inHeight * inWidth >= FEWEST_PIXELS;
    const isHalf = tileNumbersOf(backend) !== 'f32';
    const geometry = backwards(forward);
    if (!(isTaken || isHalf) || !fitsConv2d(backend, geometry)) return fallBack();
    return gradient(backend, dy, filter, forward, geometry);
  });
  registerKernel(tf, 'webgpu', 'AlexNetGroupedConv2DBackpropInput', (run) => {
    const { dy, filter } = run.inputs;
    const { groups, inputShape } = run.attrs;
    if (groups === 1) {
      const attrs = { ...windowOf(run.attrs), inputShape };
      return runKernel(tf, run.backend, 'Conv2DBackpropInput', { dy, filter }, attrs);
    }
    const forward = conv2dGeometry(tf, inputShape, filter.shape, run.attrs) as Geometry;
    return gradient(run.backend, dy, filter, forward, backwards(forward));
  });
}

/** The convolution that gives dx: from the outputs to the inputs, by one pixel. */
function backwards(forward: Geometry): Geometry {
  return {
    ...forward,
    inHeight: forward.outHeight,
    inWidth: forward.outWidth,
    inChannels: forward.outChannels,
    outHeight: forward.inHeight,
    outWidth: forward.inWidth,
    outChannels: forward.inChannels,
    strideHeight: 1,
    strideWidth: 1,
    top: forward.filterHeight - 1 - forward.top,
    left: forward.filterWidth - 1 - forward.left,
  };
}

function gradient(
  backend: WebgpuBackend,
  dy: TensorInfo,
  filter: TensorInfo,
  { groups, strideHeight, strideWidth }: Geometry,
  geometry: Geometry,
): TensorInfo {
  const turned = turnFilter(backend, filter, groups);
  const dx = tiledConv2d(backend, dy, turned, geometry, {}, [strideHeight, strideWidth]);
  backend.disposeData(turned.dataId);
  return dx;
}

/**
 * [kh, kw, in / groups, out] as [kh, kw, out / groups, in], with rows and columns from last to first;
 * the inputs of a group stand together.
 */
function turnFilter(backend: WebgpuBackend, filter: TensorInfo, groups: number): TensorInfo {
  const [height, width, inGroup, out] = filter.shape as [number, number, number, number];
  const outputShape = [height, width, out / groups, inGroup * groups];
  return backend.runWebGPUProgram(
    {
      shaderKey: `alexnet_turn_filter_${groups}`,
      outputShape,
      variableNames: ['x'],
      size: true,
      ...flatDispatch(outputShape, 1, 64),
      getUserCode: () => `
        fn main(index : i32) {
          if (index < uniforms.size) {
            let outGroup = uniforms.outShape[2];
            let inAll = uniforms.outShape[3];
            let inGroup = inAll / ${groups};
            let pixels = uniforms.outShape[0] * uniforms.outShape[1];
            let pixel = pixels - 1 - index / (inAll * outGroup);
            let place = index / inAll % outGroup;
            let channel = index % inAll;
            let group = channel / inGroup;
            let row = pixel * inGroup + channel % inGroup;
            result[index] = x[row * outGroup * ${groups} + group * outGroup + place];
          }
        }`,
    },
    [filter],
    'float32',
  );
}
