import type { TensorInfo } from '@tensorflow/tfjs-core';
import { type Conv2DWindow, windowOf } from '../../kernels/conv2d-info.js';
import { registerKernel } from '../../kernels/register-kernel.js';
import type { Tf } from '../../selection/tf.js';
import { conv2dGeometry, type Geometry } from './conv2d-geometry.js';
import type { Epilogue } from './epilogue.js';
import type { WebgpuBackend } from './program.js';
import { runKernel } from './run-kernel.js';
import { tileNumbersOf } from './tile-numbers.js';
import { fitsConv2d, tiledConv2d } from './tiled-conv2d.js';

/** Pixels below which tfjs' smaller tiles (32 x 32) keep more of a GPU busy: four images of 27 x 27. */
const FEWEST_PIXELS = 2048;

/**
 * Channels below which tfjs' own tiles are the faster: on an NVIDIA H200, batch 128, conv2 of AlexNet
 * (96 channels) took 12.0 ms here and 7.9 ms there, conv3 to conv5 (256, 384) 1.4 to 2.1 and 3.3 to 4.8. A search for
 * tiles does not decide this: tfjs adds up in another order, and a step would change its bits.
 */
const FEWEST_CHANNELS = 128;

/**
 * Replaces Conv2D and FusedConv2D for batches: tiles of 128 x 64 by default where tfjs has 32 x 32, so a value is
 * fetched a third as often. Single images, few channels and channels not in fours go to tfjs, except in
 * half precision. Adds AlexNetGroupedConv2D and AlexNetFusedConv2D, whose groups are one program.
 */
export function registerConv2D(tf: Tf): void {
  registerKernel(tf, 'webgpu', 'Conv2D', ({ inputs, attrs, backend, fallBack }) => {
    const { x, filter } = inputs;
    return convolve(tf, backend, x, filter, attrs) ?? fallBack();
  });
  registerKernel(tf, 'webgpu', 'FusedConv2D', ({ inputs, attrs, backend, fallBack }) => {
    const { x, filter, bias, preluActivationWeights } = inputs;
    const { activation = 'linear' } = attrs;
    // tfjs also allows shapes like [1, 1, out] and a scalar.
    const isPlain = bias === undefined || String(bias.shape) === String([filter.shape[3]]);
    const isTaken = isPlain && (activation === 'linear' || activation === 'relu');
    if (!isTaken || preluActivationWeights) return fallBack();
    const epilogue = { bias, relu: activation === 'relu' };
    return convolve(tf, backend, x, filter, attrs, epilogue) ?? fallBack();
  });
  registerKernel(tf, 'webgpu', 'AlexNetGroupedConv2D', ({ inputs, attrs, backend }) => {
    const { x, filter } = inputs;
    if (attrs.groups > 1) return grouped(tf, backend, x, filter, attrs, {});
    return runKernel(tf, backend, 'Conv2D', { x, filter }, windowOf(attrs));
  });
  registerKernel(tf, 'webgpu', 'AlexNetFusedConv2D', ({ inputs, attrs, backend }) => {
    const { x, filter, bias } = inputs;
    const { activation } = attrs;
    if (attrs.groups > 1) {
      return grouped(tf, backend, x, filter, attrs, { bias, relu: activation === 'relu' });
    }
    const tfjs = { ...windowOf(attrs), activation };
    return runKernel(tf, backend, 'FusedConv2D', { x, filter, bias }, tfjs);
  });
}

function grouped(
  tf: Tf,
  backend: WebgpuBackend,
  x: TensorInfo,
  filter: TensorInfo,
  attrs: Parameters<typeof conv2dGeometry>[3],
  epilogue: Epilogue,
): TensorInfo {
  const geometry = conv2dGeometry(tf, x.shape, filter.shape, attrs) as Geometry;
  return tiledConv2d(backend, x, filter, geometry, epilogue);
}

/** Without groups, where tiles of 128 x 64 are the better ones; undefined where not. */
function convolve(
  tf: Tf,
  backend: WebgpuBackend,
  x: TensorInfo,
  filter: TensorInfo,
  attrs: Conv2DWindow,
  epilogue: Epilogue = {},
): TensorInfo | undefined {
  const geometry = conv2dGeometry(tf, x.shape, filter.shape, attrs);
  if (!geometry || !fitsConv2d(backend, geometry)) return undefined;
  const { batchSize, outHeight, outWidth, inChannels, outChannels } = geometry;
  const isLarge =
    batchSize * outHeight * outWidth >= FEWEST_PIXELS &&
    inChannels >= FEWEST_CHANNELS &&
    inChannels % 4 === 0 &&
    outChannels % 4 === 0;
  if (!isLarge && tileNumbersOf(backend) === 'f32') return undefined;
  return tiledConv2d(backend, x, filter, geometry, epilogue);
}
