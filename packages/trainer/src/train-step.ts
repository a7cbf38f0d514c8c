import type { Batch } from '@alexnet/augment';
import type { ForwardOptions, Network, NetworkParameter, Tf } from '@alexnet/model';
import type { Scalar, Tensor, Tensor2D, Tensor4D, Variable } from '@tensorflow/tfjs-core';
import { frozenLayers } from './frozen-layers.js';
import type { Optimizer, StepContext } from './optimizer.js';
import type { Recipe } from './recipe/recipe.js';

/** What one update saw, means over its images. */
export interface StepResult {
  /** Cross-entropy in nats. */
  readonly loss: number;
  /** Images whose highest logit was the label, dropout on. */
  readonly correct: number;
  /** Global L2 norm of the gradient, before clipping. */
  readonly gradientNorm: number;
}

/** Mean softmax cross-entropy [scalar] of logits [n, classes] against distributions [n, classes]. */
export function crossEntropy(tf: Tf, logits: Tensor2D, targets: Tensor2D): Scalar {
  // [n, classes] -> sum over classes [n] -> mean []
  return tf.neg(tf.mean(tf.sum(tf.mul(targets, tf.logSoftmax(logits)), 1))) as Scalar;
}

/**
 * One forward pass, one backward pass, one update.
 *
 * The batch is computed in `recipe.accumulate` parts whose gradients are added, so the update is
 * that of the whole batch (batch norm sees the parts, as everywhere).
 */
export async function trainStep(
  network: Network,
  optimizer: Optimizer,
  batch: Batch,
  recipe: Pick<Recipe, 'accumulate' | 'clipNorm' | 'layers'>,
  at: StepContext & { readonly dropoutSeed: number },
): Promise<StepResult> {
  const { tf } = network;
  const total = batch.labels.length;
  const partSize = Math.ceil(total / recipe.accumulate);
  const learning = optimizer.learning(at.epoch);
  const frozen = frozenLayers(recipe.layers, at.epoch);
  let sums = new Map<string, Tensor>();
  let loss = 0;
  let correct = 0;
  for (let start = 0; start < total; start += partSize) {
    const end = Math.min(start + partSize, total);
    const part = gradientsOf(network, learning, batch, start, end, {
      training: true,
      dropoutSeed: at.dropoutSeed + start,
      frozen,
    });
    sums = addWeighted(tf, sums, part.gradients, (end - start) / total);
    const [partLoss, partCorrect] = await Promise.all([part.loss.data(), part.correct.data()]);
    loss += ((partLoss[0] as number) * (end - start)) / total;
    correct += partCorrect[0] as number;
    tf.dispose([part.loss, part.correct]);
  }
  const gradientNorm = await globalNorm(tf, sums);
  // The weights stay as they were when a loss is not finite: the state before it can be saved.
  if (Number.isFinite(loss) && Number.isFinite(gradientNorm)) {
    if (recipe.clipNorm > 0 && gradientNorm > recipe.clipNorm) {
      scale(tf, sums, recipe.clipNorm / gradientNorm);
    }
    optimizer.update(sums, at);
  }
  tf.dispose([...sums.values()]);
  return { loss, correct, gradientNorm };
}

function gradientsOf(
  network: Network,
  learning: readonly NetworkParameter[],
  batch: Batch,
  start: number,
  end: number,
  options: ForwardOptions,
) {
  const { tf } = network;
  const [height, width, channels] = batch.imageShape;
  const size = height * width * channels;
  const classes = batch.targets.length / batch.labels.length;
  const labels = batch.labels.subarray(start, end);
  const nameOf = new Map(learning.map(({ variable, name }) => [variable.name, name]));
  let correct: Scalar | undefined;
  const { value, grads } = tf.tidy(() => {
    const pixels = batch.pixels.subarray(start * size, end * size);
    const x = tf.tensor4d(pixels, [end - start, height, width, channels]) as Tensor4D; // [n, h, w, 3]
    const rows = batch.targets.subarray(start * classes, end * classes);
    const targets = tf.tensor2d(rows, [end - start, classes]) as Tensor2D; // [n, classes]
    return tf.variableGrads(
      () => {
        const logits = network.forward(x, options); // [n, classes]
        const hits = tf.equal(tf.argMax(logits, 1), tf.tensor1d(labels, 'int32')); // [n]
        correct = tf.keep(tf.sum(tf.cast(hits, 'int32'))) as Scalar; // []
        return crossEntropy(tf, logits, targets);
      },
      // Only these: what comes before the first learning layer needs no backward pass.
      learning.map(({ variable }) => variable as Variable),
    );
  });
  // By parameter, each shaped as it: conv [kernel, kernel, in / groups, out], dense [in, out], bias [out]
  const gradients = new Map(
    Object.entries(grads).map(([name, gradient]) => [nameOf.get(name) as string, gradient]),
  );
  return { loss: value, correct: correct as Scalar, gradients };
}

/** `sums + share * gradients`, disposing what it replaces. */
function addWeighted(
  tf: Tf,
  sums: Map<string, Tensor>,
  gradients: ReadonlyMap<string, Tensor>,
  share: number,
): Map<string, Tensor> {
  if (share === 1) return new Map(gradients);
  const next = new Map<string, Tensor>();
  for (const [name, gradient] of gradients) {
    const sum = sums.get(name);
    const scaled = tf.mul(gradient, share);
    next.set(name, sum ? tf.add(sum, scaled) : scaled);
    tf.dispose(sum ? [sum, scaled, gradient] : [gradient]);
  }
  return next;
}

/** √ of the sum of all squares; 0 where nothing learns. */
async function globalNorm(tf: Tf, gradients: ReadonlyMap<string, Tensor>): Promise<number> {
  if (gradients.size === 0) return 0;
  const squared = tf.tidy(() =>
    tf.addN([...gradients.values()].map((gradient) => tf.sum(tf.square(gradient)))),
  );
  const [sum = 0] = await squared.data();
  squared.dispose();
  return Math.sqrt(sum);
}

/** Multiplies every gradient, disposing what it replaces. */
function scale(tf: Tf, gradients: Map<string, Tensor>, factor: number): void {
  for (const [name, gradient] of gradients) {
    gradients.set(name, tf.mul(gradient, factor));
    gradient.dispose();
  }
}
