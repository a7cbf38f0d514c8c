import type { Selection } from '@alexnet/backend';
import type { Network } from '@alexnet/model';
import { nextFrame } from '../../state/jobs.js';

type Tensor = import('@tensorflow/tfjs-core').Tensor;
type Tensor4D = import('@tensorflow/tfjs-core').Tensor4D;

/** Wall time of one layer on one image. */
export interface LayerTime {
  readonly layer: string;
  readonly milliseconds: number;
}

const REPEATS = 5;
/** Runs behind one clock reading: browsers round their clock to 0.1 ms. */
const RUNS = 4;

/**
 * Median time of each layer, one after another, on `x` [1, h, w, 3].
 *
 * Wall time until the result is complete, a quarter of four runs: it holds some launching and
 * waiting that a real forward pass shares between layers.
 */
export async function timeLayers(
  { tf }: Selection,
  network: Network,
  x: Tensor4D,
): Promise<LayerTime[]> {
  const times: LayerTime[] = [];
  let input: Tensor = x;
  try {
    for (const layer of network.model.layers) {
      if (layer.getClassName() === 'InputLayer') continue;
      const samples: number[] = [];
      for (let repeat = 0; repeat <= REPEATS; repeat++) {
        const started = performance.now();
        const last = tf.tidy(() => {
          let output = layer.apply(input) as Tensor;
          for (let run = 1; run < RUNS; run++) output = layer.apply(input) as Tensor;
          // A one-number read waits for the layer without paying for the whole transfer.
          return tf.slice(tf.reshape(output, [output.size]), [output.size - 1], [1]);
        });
        await last.data();
        // The first run compiles shaders.
        if (repeat > 0) samples.push((performance.now() - started) / RUNS);
        last.dispose();
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
