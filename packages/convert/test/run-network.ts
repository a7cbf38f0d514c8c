import * as tfCore from '@tensorflow/tfjs-core';
import * as tfLayers from '@tensorflow/tfjs-layers';
import '@tensorflow/tfjs-backend-cpu';
import { buildNetwork } from '@alexnet/model';
import type { Model } from '../src/index.js';

/** Logits of one image `[h, w, c]` on tfjs's cpu backend, the reference. */
export async function logitsOf(
  { spec, weights }: Pick<Model, 'spec' | 'weights'>,
  image: Float32Array,
): Promise<Float32Array> {
  const tf = { ...tfCore, ...tfLayers };
  await tf.setBackend('cpu');
  const network = buildNetwork(tf, spec);
  network.setWeights(weights);
  const { height, width, channels } = spec.input;
  const count = image.length / (height * width * channels);
  const logits = tf.tidy(() =>
    network.forward(tf.tensor4d(image, [count, height, width, channels])).dataSync(),
  );
  network.dispose();
  return logits as Float32Array;
}

/** Largest difference, in units of the largest of `b`. */
export function relativeDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  const scale = Math.max(...Array.from(b, Math.abs));
  const gap = Math.max(
    ...Array.from(b, (value, index) => Math.abs(value - (a[index] ?? Infinity))),
  );
  return gap / scale;
}
