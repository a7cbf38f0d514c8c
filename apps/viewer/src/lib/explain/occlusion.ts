import type { Network, Tf } from '@alexnet/model';
import { nextFrame } from '../../state/jobs.js';
import type { HeatMap } from './heat-image.js';

type Tensor4D = import('@tensorflow/tfjs-core').Tensor4D;

export interface OcclusionOptions {
  /** Index of the class whose probability is watched. */
  readonly target: number;
  readonly onShare: (share: number) => void;
  readonly signal: AbortSignal;
}

/** Patches sent through the network together: few fixed shapes keep GPU buffers reusable. */
const BATCH = 8;
/** Patch and step as shares of the crop: about 40 and 16 px of 227 (Zeiler and Fergus 2013 used a gray square). */
const PATCH_SHARE = 0.18;
const POSITIONS = 14;

/**
 * How much the class loses when a patch is covered: probability without minus probability with.
 *
 * `x` is one prepared image [1, h, w, 3]; patches are 0 there, the mean color of the training
 * images. One value per patch position. Throws AbortError when `signal` fires.
 */
export async function occlusionMap(
  tf: Tf,
  network: Network,
  x: Tensor4D,
  options: OcclusionOptions,
): Promise<HeatMap> {
  const [, height, width] = x.shape;
  const patch = Math.max(1, Math.round(PATCH_SHARE * Math.min(height, width)));
  const pixels = (await x.data()) as Float32Array;
  const intact = await probabilitiesOf(tf, network, x);
  const data = new Float32Array(POSITIONS * POSITIONS);
  for (let start = 0; start < data.length; start += BATCH) {
    options.signal.throwIfAborted();
    const batch = new Float32Array(BATCH * pixels.length);
    for (let i = 0; i < BATCH; i++) {
      const position = Math.min(start + i, data.length - 1);
      const top = Math.round(
        (Math.floor(position / POSITIONS) * (height - patch)) / (POSITIONS - 1),
      );
      const left = Math.round(((position % POSITIONS) * (width - patch)) / (POSITIONS - 1));
      const covered = batch.subarray(i * pixels.length, (i + 1) * pixels.length);
      covered.set(pixels);
      for (let y = top; y < top + patch; y++)
        covered.fill(0, (y * width + left) * 3, (y * width + left + patch) * 3);
    }
    const input = tf.tensor4d(batch, [BATCH, height, width, 3]);
    const answers = await probabilitiesOf(tf, network, input).finally(() => input.dispose());
    const classes = intact.length;
    for (let i = 0; i < BATCH && start + i < data.length; i++) {
      data[start + i] =
        (intact[options.target] ?? 0) - (answers[i * classes + options.target] ?? 0);
    }
    options.onShare(Math.min(1, (start + BATCH) / data.length));
    await nextFrame();
  }
  return { width: POSITIONS, height: POSITIONS, data };
}

async function probabilitiesOf(tf: Tf, network: Network, x: Tensor4D): Promise<Float32Array> {
  const probabilities = tf.tidy(() => tf.softmax(network.forward(x)));
  try {
    return (await probabilities.data()) as Float32Array;
  } finally {
    probabilities.dispose();
  }
}
