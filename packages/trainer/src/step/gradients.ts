import type { Batch } from '@alexnet/augment';
import {
  type ForwardOptions,
  kernelOf,
  type Network,
  type NetworkParameter,
  type Pixels,
  pixelInputs,
  type StepInput,
  slicePixels,
  type Tf,
  uploadImages,
} from '@alexnet/model';
import type { Scalar, Tensor, Tensor1D, Tensor2D, Tensor4D, Variable } from '@tensorflow/tfjs-core';
import type { WholeBatch } from '../world/meet.js';
import { countHits, crossEntropy } from './cross-entropy.js';

/** A part of a batch on the device. */
export interface PartTensors {
  /** [n, height, width, channels] */
  readonly x: Tensor4D;
  /** Distributions [n, classes]. */
  readonly targets: Tensor2D;
  /** Class indices [n], int32. */
  readonly labels: Tensor1D;
}

/** Where a part begins and ends in its batch. */
export interface Part {
  readonly start: number;
  readonly end: number;
  /** Of the whole batch. */
  readonly share: number;
  /** Where the part of the whole batch begins that it belongs to. */
  readonly wholeStart: number;
  /** Images of that part that other processes have, before these. */
  readonly before: number;
}

/**
 * A batch in `accumulate` parts, or fewer where it has fewer images; of a share of a batch what it has of
 * the whole one's parts.
 */
export function partsOf(
  { labels: { length } }: Batch<Pixels>,
  accumulate: number,
  { images, before }: WholeBatch = { images: length, before: 0 },
): readonly Part[] {
  const size = Math.ceil(images / accumulate);
  const parts: Part[] = [];
  for (let wholeStart = 0; wholeStart < images; wholeStart += size) {
    const from = Math.max(wholeStart, before);
    const to = Math.min(wholeStart + size, images, before + length);
    if (from >= to) continue;
    parts.push({
      start: from - before,
      end: to - before,
      share: (to - from) / images,
      wholeStart,
      before: from - wholeStart,
    });
  }
  return parts;
}

/** What of a batch a part has, views of its arrays, as it is brought to a device. */
export interface PartInputs {
  /** What images are made of there, see `imagesOf` of `@alexnet/model`. */
  readonly pixels: readonly StepInput[];
  readonly targets: StepInput;
  readonly labels: StepInput;
}

export function partOf(batch: Batch<Pixels>, { start, end }: Part): PartInputs {
  const classes = batch.targets.length / batch.labels.length;
  const images = end - start;
  const pixels = slicePixels(batch.pixels, batch.imageShape, start, end);
  return {
    pixels: pixelInputs(pixels, batch.imageShape),
    targets: {
      shape: [images, classes],
      values: batch.targets.subarray(start * classes, end * classes),
    },
    labels: { shape: [images], values: batch.labels.subarray(start, end) },
  };
}

/** Uploads a part. */
export function upload(tf: Tf, batch: Batch<Pixels>, part: Part): PartTensors {
  const { targets, labels } = partOf(batch, part);
  const pixels = slicePixels(batch.pixels, batch.imageShape, part.start, part.end);
  return {
    x: uploadImages(tf, pixels, batch.imageShape),
    targets: tf.tensor2d(targets.values, targets.shape as Tensor2D['shape']),
    labels: tf.tensor1d(labels.values, 'int32'),
  };
}

/**
 * Forward and backward pass over a part: loss, images answered right, gradients by parameter name.
 *
 * @param lossScale what the loss is multiplied by on the way back, and the gradients divided by
 */
export function gradientsOf(
  network: Network,
  learning: readonly NetworkParameter[],
  { x, targets, labels }: PartTensors,
  options: ForwardOptions,
  lossScale?: Scalar,
): { readonly loss: Scalar; readonly correct: Scalar; readonly gradients: Map<string, Tensor> } {
  const { tf } = network;
  const nameOf = new Map(learning.map(({ variable, name }) => [variable.name, name]));
  let correct: Scalar | undefined;
  const lossOf = () => {
    const logits = network.forward(x, options); // [n, classes]
    correct = tf.keep(countHits(tf, logits, labels));
    const mean = crossEntropy(tf, logits, targets);
    return lossScale ? (tf.mul(mean, lossScale) as Scalar) : mean;
  };
  // Only what learns: what comes before its first layer needs no backward pass.
  const variables = learning.map(({ variable }) => variable as Variable);
  const { value, grads } =
    variables.length === 0
      ? { value: tf.tidy(lossOf), grads: {} }
      : tf.variableGrads(lossOf, variables);
  const gradients = new Map(
    Object.entries(grads).map(([name, gradient]) => [
      nameOf.get(name) as string,
      lossScale ? tf.div(gradient, lossScale) : gradient,
    ]),
  );
  const loss = lossScale ? (tf.div(value, lossScale) as Scalar) : value;
  return { loss, correct: correct as Scalar, gradients };
}

/** `sums + share * gradients`, disposing what it replaces. */
export function addWeighted(
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

/** The sum of the squares of all gradients, a scalar. */
export function squaredNorm(tf: Tf, gradients: Iterable<Tensor>): Tensor {
  const fast = kernelOf(tf, 'AlexNetSquaredNorm');
  if (fast)
    return fast(Object.fromEntries(Array.from(gradients, (gradient, i) => [i, gradient])), {});
  return tf.tidy(() => tf.addN(Array.from(gradients, (gradient) => tf.sum(tf.square(gradient)))));
}

/** What parts have of the whole batch together. */
export function shareOfPieces(pieces: readonly Part[]): number {
  return pieces.reduce((sum, { share }) => sum + share, 0);
}

/** Running values of batch norm that a step changes. */
export function runningValues(network: Network, frozen: readonly string[]): Variable[] {
  return network.parameters
    .filter(({ trainable, layer }) => !trainable && !frozen.includes(layer))
    .map(({ variable }) => variable);
}
