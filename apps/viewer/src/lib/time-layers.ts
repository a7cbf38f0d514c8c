import type { Selection } from '@alexnet/backend';
import type { Network } from '@alexnet/model';
import { nextFrame } from '../state/jobs.js';

type Tensor = import('@tensorflow/tfjs-core').Tensor;
type Tensor4D = import('@tensorflow/tfjs-core').Tensor4D;

/** Wall time of one layer on one picture. */
export interface LayerTime {
  readonly layer: string;
  readonly milliseconds: number;
}

const REPEATS = 5;

/**
 * Median time of each layer, one after another, on `x` [1, h, w, 3].
 *
 * Wall time until the result is complete: it holds the launch and waiting a real forward pass
 * shares between layers, so small layers look slower than they are inside one.
 */
export async function timeLayers({ tf }: Selection, network: Network, x: Tensor4D): Promise<LayerTime[]> {
  const times: LayerTime[] = [];
  let input: Tensor = x;
  try {
    for (const layer of network.model.layers) {
      if (layer.getClassName() === 'InputLayer') continue;
      const samples: number[] = [];
      for (let repeat = 0; repeat <= REPEATS; repeat++) {
        const started = performance.now();
        const output = tf.tidy(() => layer.apply(input) as Tensor);
        // A one-number read waits for the layer without paying for the whole transfer.
        const last = tf.tidy(() => tf.slice(tf.reshape(output, [output.size]), [output.size - 1], [1]));
        await last.data();
        // The first run compiles shaders.
        if (repeat > 0) samples.push(performance.now() - started);
        last.dispose();
        output.dispose();
      }
      samples.sort((a, b) => a - b);
      times.push({ layer: layer.name, milliseconds: samples[REPEATS >> 1] ?? 0 });
      const next = tf.tidy(() => layer.apply(input) as Tensor);
      if (input !== x) input.dispose();
      input = next;
      await nextFrame();
    }
  } finally {
    if (input !== x) input.dispose();
  }
  return times;
}
