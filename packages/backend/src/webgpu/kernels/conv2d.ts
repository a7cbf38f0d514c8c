import type { Tf } from '../../selection/tf.js';
import { conv2dGeometry } from './conv2d-geometry.js';
import { need, replaceWebgpuKernel } from './program.js';
import { takesConv2d, tiledConv2d } from './tiled-conv2d.js';

/** Pixels below which tfjs' smaller tiles (32 x 32) keep more of a GPU busy: four pictures of 27 x 27. */
const FEWEST_PIXELS = 2048;

/**
 * Replaces Conv2D for batches: tiles of 128 x 64 where tfjs has 32 x 32, so a value is fetched a third
 * as often. Single pictures and channels not in fours go to tfjs.
 */
export function registerConv2D(tf: Tf): void {
  replaceWebgpuKernel(tf, 'Conv2D', ({ inputs, attrs, backend }, stock) => {
    const x = need(inputs, 'x');
    const filter = need(inputs, 'filter');
    const geometry = conv2dGeometry(tf, x.shape, filter.shape, attrs);
    if (!geometry || !takesConv2d(backend, geometry, FEWEST_PIXELS)) return stock();
    return tiledConv2d(backend, x, filter, geometry);
  });
}
