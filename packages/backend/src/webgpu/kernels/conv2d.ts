import { registerKernel } from '../../kernels/register-kernel.js';
import type { Tf } from '../../selection/tf.js';
import { conv2dGeometry } from './conv2d-geometry.js';
import { takesConv2d, tiledConv2d } from './tiled-conv2d.js';

/** Pixels below which tfjs' smaller tiles (32 x 32) keep more of a GPU busy: four images of 27 x 27. */
const FEWEST_PIXELS = 2048;

/**
 * Channels below which tfjs' own tiles are the faster: on an NVIDIA H200, batch 128, conv2 of AlexNet
 * (96 channels) took 12.0 ms here and 7.9 ms there, conv3 to conv5 (256, 384) 1.4 to 2.1 and 3.3 to 4.8.
 */
const FEWEST_CHANNELS = 128;

/**
 * Replaces Conv2D for batches: tiles of 128 x 64 where tfjs has 32 x 32, so a value is fetched a third
 * as often. Single images, few channels and channels not in fours go to tfjs.
 */
export function registerConv2D(tf: Tf): void {
  registerKernel(tf, 'webgpu', 'Conv2D', ({ inputs, attrs, backend, fallBack }) => {
    const { x, filter } = inputs;
    const geometry = conv2dGeometry(tf, x.shape, filter.shape, attrs);
    if (!geometry || geometry.inChannels < FEWEST_CHANNELS) return fallBack();
    if (!takesConv2d(backend, geometry, FEWEST_PIXELS)) return fallBack();
    return tiledConv2d(backend, x, filter, geometry);
  });
}
