import type { Batch } from '@alexnet/augment';
import { type Network, type Pixels, slicePixels, uploadImages } from '@alexnet/model';

/**
 * Where numbers stop being finite, for the message of a run that diverged: the first parameter that
 * is not finite, else the first layer whose output for the first image of the batch is not.
 */
export async function firstNonFiniteLayer(network: Network, batch: Batch<Pixels>): Promise<string> {
  const { tf } = network;
  for (const { name, variable } of network.parameters) {
    if (!allFinite(await variable.data())) return `first in ${name}`;
  }
  if (batch.labels.length === 0) return 'on the images of another process';
  const x = uploadImages(tf, slicePixels(batch.pixels, batch.imageShape, 0, 1), batch.imageShape);
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

/** The batch with a copy of its first image alone: what {@link firstNonFiniteLayer} looks at. */
export function keepFirstImage(batch: Batch<Pixels>): Batch<Pixels> {
  const first = slicePixels(batch.pixels, batch.imageShape, 0, 1);
  const pixels =
    first instanceof Float32Array
      ? first.slice()
      : { words: first.words.slice(), table: first.table.slice(), mean: first.mean };
  return { ...batch, pixels };
}

function allFinite(values: ArrayLike<number>): boolean {
  for (let index = 0; index < values.length; index++) {
    if (!Number.isFinite(values[index])) return false;
  }
  return true;
}
