import type { Batch } from '@alexnet/augment';
import { type Network, type Pixels, type Prediction, uploadImages } from '@alexnet/model';

/** Below this a float32 softmax loses digits, and soon is 0. */
const SMALL = 1e-30;

/**
 * Cross-entropy of each image with its label in nats, `[n]`: −ln of the mean softmax over its views,
 * from the probabilities that are there, or, where one is too small to be a float32, from the logits.
 *
 * @param among Classes the probabilities are shared among; default all.
 */
export async function labelLosses(
  network: Network,
  batch: Batch<Pixels>,
  views: number,
  answers: readonly Prediction[],
  among?: readonly number[],
): Promise<number[]> {
  const given = answers.map(({ probabilities }, image) => {
    const own = probabilities[batch.labels[image] as number] as number;
    return among
      ? own / among.reduce((sum, index) => sum + (probabilities[index] as number), 0)
      : own;
  });
  if (given.every((probability) => probability >= SMALL)) return given.map((p) => -Math.log(p));
  const { tf } = network;
  const logits = tf.tidy(() => network.forward(uploadImages(tf, batch.pixels, batch.imageShape)));
  const classes = logits.shape[1];
  const values = await logits.data<'float32'>();
  logits.dispose();
  return given.map((_, image) => {
    const rows = Array.from({ length: views }, (_, view) =>
      values.subarray((image * views + view) * classes).subarray(0, classes),
    );
    // ln of the sum over views of what these classes share in the softmax.
    const share = (indices: readonly number[]) =>
      logSumExp(
        rows.map((row) => logSumExp(indices.map((i) => row[i] as number)) - logSumExp(row)),
      );
    return (among ? share(among) : Math.log(views)) - share([batch.labels[image] as number]);
  });
}

/** ln Σ eˣ, without overflow. */
export function logSumExp(values: ArrayLike<number>): number {
  let largest = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < values.length; i++) largest = Math.max(largest, values[i] as number);
  if (!Number.isFinite(largest)) return largest;
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += Math.exp((values[i] as number) - largest);
  return largest + Math.log(sum);
}
