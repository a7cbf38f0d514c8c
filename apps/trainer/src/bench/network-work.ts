import {
  type ByteImages,
  buildNetwork,
  type Network,
  type NetworkSpec,
  type Precision,
  type PreparedImages,
  precisionOf,
  predictPrepared,
  type Tf,
  takesBytes,
  uploadImages,
  wordsOf,
} from '@alexnet/model';
import { ALONE, createOptimizer, createStep, RECIPES, type World } from '@alexnet/trainer';

/** What is timed: one training step, or one prediction of a batch. */
export type BenchTask = 'step' | 'predict';

/** What every runtime of a comparison computes. */
export interface ComparedWork {
  readonly task: BenchTask;
  readonly spec: NetworkSpec;
  readonly batch: number;
  /** Of this project's runtimes, and of the peers that are compared unless others are named. */
  readonly precision: Precision;
}

/** Any power of two takes the same time. */
const LOSS_SCALE = 1024;

/** Something to time, and its end. */
export interface Work {
  /** Bytes of images that a run brings to the device. */
  readonly imageBytes: number;
  readonly run: () => Promise<void>;
  readonly dispose: () => void;
}

/** How the work is done. */
export interface WorkOptions {
  /** Of a step: the processes of which each has such a batch. */
  readonly world?: World;
  /** Default: compiled where the backend can. */
  readonly way?: 'compiled' | 'op by op';
}

/**
 * One batch of pixels in memory [batch, height, width, channels] through a network.
 *
 * A step is forward, backward and the update of the paper's recipe, dropout on; a prediction includes the
 * upload, softmax and the download of the probabilities. Both are of bytes where the device normalizes them,
 * as everywhere.
 */
export function networkWork(
  tf: Tf,
  task: BenchTask,
  spec: NetworkSpec,
  batch: number,
  { world = ALONE, way = 'compiled' }: WorkOptions = {},
): Work {
  const network = buildNetwork(tf, spec, { seed: 1 });
  const { height, width, channels } = spec.input;
  const size = batch * height * width * channels;
  const imageShape = [height, width, channels] as const;
  const pixels = takesBytes(tf)
    ? byteImages(batch, imageShape)
    : Float32Array.from({ length: size }, (_, i) => Math.sin(i));
  const imageBytes = (pixels instanceof Float32Array ? pixels : pixels.words).byteLength;
  if (task === 'predict') {
    const images = { pixels, imageShape };
    const run = async () => {
      await (way === 'compiled' ? predictPrepared : predictOpByOp)(network, images);
    };
    return { run, imageBytes, dispose: () => network.dispose() };
  }

  const { paper } = RECIPES;
  if (!paper) throw new Error('the recipe of the paper is missing');
  const optimizer = createOptimizer(network, paper);
  const step = createStep({ network, optimizer, average: null, recipe: paper, world }, way);
  const labels = Int32Array.from({ length: batch }, (_, i) => i % spec.classes);
  const targets = new Float32Array(batch * spec.classes);
  for (const [row, label] of labels.entries()) targets[row * spec.classes + label] = 1;
  const data = { pixels, imageShape, labels, targets, ids: [], skipped: [] };
  const at = {
    learningRate: 0.001,
    peakLearningRate: 0.01,
    epoch: 0,
    ...(precisionOf(tf) === 'fp16' ? { lossScale: LOSS_SCALE } : {}),
  };
  let steps = 0;
  const run = async () => {
    const whole = { images: batch * world.size, before: batch * world.rank };
    await step.run(data, { ...at, dropoutSeed: steps++, whole });
  };
  const dispose = () => {
    step.dispose();
    optimizer.dispose();
    network.dispose();
  };
  return { run, imageBytes, dispose };
}

/** Any bytes, brought to about ±2. */
function byteImages(
  n: number,
  imageShape: readonly [height: number, width: number, channels: number],
): ByteImages {
  const words = Int32Array.from({ length: n * wordsOf(imageShape) }, (_, i) =>
    Math.imul(i, 0x9e3779b1),
  );
  const row = [1 / 64, 1 / 64, 1 / 64, -2, -2, -2, 0, 0];
  return {
    words,
    table: Float32Array.from({ length: n * row.length }, (_, i) => row[i % row.length] as number),
    mean: null,
  };
}

async function predictOpByOp(
  network: Network,
  { pixels, imageShape }: PreparedImages,
): Promise<void> {
  const { tf } = network;
  const rows = tf.tidy(() => tf.softmax(network.forward(uploadImages(tf, pixels, imageShape))));
  await rows.data();
  rows.dispose();
}
