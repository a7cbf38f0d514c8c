import type { Batch } from '@alexnet/augment';
import type { Network } from '@alexnet/model';

/**
 * Where numbers stop being finite, for the message of a run that diverged: the first parameter that
 * is not finite, else the first layer whose output for the first image of the batch is not.
 */
export async function firstNonFiniteLayer(network: Network, batch: Batch): Promise<string> {
  const { tf } = network;
  for (const { name, variable } of network.parameters) {
    if (!allFinite(await variable.data())) return `first in ${name}`;
  }
  if (batch.labels.length === 0) return 'on the images of another process';
  const x = tf.tensor4d(batch.pixels.slice(0, batch.pixels.length / batch.labels.length), [
    1,
    ...batch.imageShape,
  ]);
  const outputs = network.activations(x);
  try {
    for (const [layer, output] of outputs) {
      if (!allFinite(await output.data())) return `first after ${layer}`;
    }
    return 'though every layer is finite for the first image';
  } finally {
    tf.dispose([x, ...outputs.values()]);
  }
}

function allFinite(values: ArrayLike<number>): boolean {
  for (let index = 0; index < values.length; index++) {
    if (!Number.isFinite(values[index])) return false;
  }
  return true;
}
