import {
  bytePreparation,
  type ImageSource,
  makeBatch,
  makeByteBatch,
  preparation,
  type SkippedImage,
  shareOf,
} from '@alexnet/augment';
import { type Network, type Preprocessing, predictPrepared, takesBytes } from '@alexnet/model';
import { batchMemory } from './batch-memory.js';
import { labelLosses } from './label-losses.js';
import { prefetch } from './prefetch.js';
import { TrainingError } from './training-error.js';
import { turnEventLoop } from './turn-event-loop.js';
import { ALONE, type World } from './world/world.js';

/** Counts over a split; every readable image is counted exactly once. */
export interface Evaluation {
  readonly view: 'center crop' | 'ten crops';
  /** Images answered; those skipped are not among them. */
  readonly images: number;
  readonly skipped: readonly SkippedImage[];
  /** Mean cross-entropy in nats. */
  readonly loss: number;
  /** Shares, 0..1. Ties in probability count as correct only for the lower class index. */
  readonly top1: number;
  /** Share with the label among the five most probable classes, 0..1; left out where no more than five are answers. */
  readonly top5?: number;
  /** With ten crops: the mean share, 0..1, that one of the eight in the corners answers right by itself. */
  readonly cornerTop1?: number;
  /** Always answering the most frequent class would give this top-1. */
  readonly majority: { readonly label: number; readonly share: number };
  /** `confusion[truth][answer]`, counts, [classes][classes]. */
  readonly confusion: readonly (readonly number[])[];
  /** The wrong answers the network was surest of, surest first; at most 50. */
  readonly mistakes: readonly Mistake[];
}

/** An image that was answered wrongly. */
export interface Mistake {
  readonly id: string;
  /** What it is: class index. */
  readonly label: number;
  /** What the network said: class index. */
  readonly answer: number;
  /** What the network gave its wrong answer, 0..1. */
  readonly probability: number;
}

/** Of the ten crops, whose third is the center and eighth its mirror image. */
const CORNERS = [0, 1, 3, 4, 5, 6, 8, 9];

/** Passes being read while one is answered. */
const AHEAD = 2;

/** More than a page of a report shows; a few kilobytes in a file. */
const KEPT_MISTAKES = 50;

/** A network and how its images are prepared. A classifier of `@alexnet/classifier` is one. */
export interface Answerer {
  readonly network: Network;
  readonly preprocessing: Preprocessing | null;
}

/** How a split is evaluated. */
export interface EvaluateOptions {
  /** Average the softmax of ten crops (paper, section 4.1) instead of one center crop. */
  readonly tenCrop?: boolean;
  /** Outputs that are answers; the others are ignored, as if the network had only these. Default all. */
  readonly among?: readonly number[];
  /** Images per forward pass; ten crops make ten inputs of each. Default 64 inputs. */
  readonly batchSize?: number;
  /** Told images done and images in all, after every batch. */
  readonly onProgress?: (done: number, total: number) => void;
  readonly signal?: AbortSignal;
  /** Each process answers its share; every one of them gets the whole. Default: this one alone. */
  readonly world?: World;
}

/** Sums over images. */
interface Tally {
  readonly images: number;
  readonly skipped: readonly SkippedImage[];
  readonly loss: number;
  readonly top1: number;
  readonly top5: number;
  /** Right answers of corner crops by themselves. */
  readonly corners: number;
  readonly confusion: readonly (readonly number[])[];
  readonly mistakes: readonly Mistake[];
}

/**
 * Top-1, top-5, loss and confusion matrix of a network on a split.
 *
 * @throws {TrainingError} `no-preprocessing` where it is null, `no-images` when no image could be read,
 *   `interrupted` where the signal of another process was aborted; this one's: its reason
 */
export async function evaluate(
  answerer: Answerer,
  source: ImageSource,
  options: EvaluateOptions = {},
): Promise<Evaluation> {
  const { tenCrop = false, world = ALONE } = options;
  const { classes } = answerer.network.spec;
  const { images, skipped, loss, top1, top5, corners, confusion, mistakes } = await tallyTogether(
    world,
    // Neighbors, which one process reads in one go.
    () => tally(answerer, source, shareOf(source.records.length, world), options),
    options.signal,
  );
  if (images === 0) throw new TrainingError('no-images', 'no image of this split could be read');
  const perClass = confusion.map((row) => row.reduce((sum, count) => sum + count, 0));
  const label = indexOfLargest(perClass);
  return {
    view: tenCrop ? 'ten crops' : 'center crop',
    images,
    skipped,
    loss: loss / images,
    top1: top1 / images,
    ...((options.among?.length ?? classes) > 5 ? { top5: top5 / images } : {}),
    ...(tenCrop ? { cornerTop1: corners / (CORNERS.length * images) } : {}),
    majority: { label, share: (perClass[label] as number) / images },
    confusion,
    mistakes,
  };
}

/** The sums of all processes. What one of them fails with, all fail with, and stop where one is told to. */
async function tallyTogether(
  world: World,
  own: () => Promise<Tally>,
  signal: AbortSignal | undefined,
): Promise<Tally> {
  if (world.size === 1) return own();
  let failure: unknown = null;
  const tallied = await own().catch((error: unknown) => {
    failure = error;
    return null;
  });
  const stopped = failure !== null && signal?.aborted === true;
  const said = world.gather({ tallied, stopped, failure: failure && String(failure) });
  if (failure) throw failure;
  if (said.some((one) => one.stopped)) {
    throw new TrainingError('interrupted', 'another process was told to stop');
  }
  const other = said.find((one) => one.failure);
  if (other) throw new Error(`another process could not validate: ${other.failure}`);
  return said.flatMap((one) => one.tallied ?? []).reduce(together);
}

function together(a: Tally, b: Tally): Tally {
  return {
    images: a.images + b.images,
    skipped: [...a.skipped, ...b.skipped],
    loss: a.loss + b.loss,
    top1: a.top1 + b.top1,
    top5: a.top5 + b.top5,
    corners: a.corners + b.corners,
    confusion: a.confusion.map((row, i) =>
      row.map((count, j) => count + (b.confusion[i]?.[j] ?? 0)),
    ),
    mistakes: surest([...a.mistakes, ...b.mistakes]),
  };
}

function surest(mistakes: readonly Mistake[]): readonly Mistake[] {
  return [...mistakes].sort((a, b) => b.probability - a.probability).slice(0, KEPT_MISTAKES);
}

/** The sums over the images `from` to `to` of a split. */
async function tally(
  { network, preprocessing }: Answerer,
  source: ImageSource,
  { from, to }: { readonly from: number; readonly to: number },
  options: EvaluateOptions,
): Promise<Tally> {
  const { tenCrop = false } = options;
  if (!preprocessing) {
    throw new TrainingError('no-preprocessing', 'the network does not say how images are prepared');
  }
  const { classes } = network.spec;
  const asBytes = takesBytes(network.tf);
  const maker = (asBytes ? bytePreparation : preparation)(preprocessing, { tenCrop });
  const { views } = maker;
  const perPass = Math.max(1, Math.floor((options.batchSize ?? 64) / views));
  const passes = chunks(from, to, perPass);
  const confusion = Array.from({ length: classes }, () => new Array<number>(classes).fill(0));
  const skipped: SkippedImage[] = [];
  let mistakes: readonly Mistake[] = [];
  let images = 0;
  let loss = 0;
  let top1 = 0;
  let top5 = 0;
  let corners = 0;

  const { height, width } = maker;
  const memory = batchMemory({
    batches: AHEAD + 1,
    images: perPass * views,
    height,
    width,
    bytes: asBytes,
  });
  const make = asBytes ? makeByteBatch : makeBatch;
  const load = (indices: number[]) => make(source, indices, maker, { classes, ...memory() });
  for await (const batch of prefetch(passes, load, AHEAD)) {
    await turnEventLoop();
    options.signal?.throwIfAborted();
    skipped.push(...batch.skipped);
    const answers = await predictPrepared(network, batch, { tenCrop });
    const losses = await labelLosses(network, batch, views, answers, options.among);
    for (const own of losses) loss += own;
    const wrong: Mistake[] = [];
    const asked = (all: Float32Array) => (options.among ? onlyAmong(all, options.among) : all);
    answers.forEach((answer, position) => {
      const probabilities = asked(answer.probabilities);
      const label = batch.labels[position] as number;
      if ('crops' in answer) {
        const own = CORNERS.map((corner) => asked(answer.crops[corner] as Float32Array));
        corners += own.filter((crop) => rankOf(crop, label) === 0).length;
      }
      const rank = rankOf(probabilities, label);
      top1 += rank === 0 ? 1 : 0;
      top5 += rank < 5 ? 1 : 0;
      const row = confusion[label] as number[];
      const best = indexOfLargest(probabilities);
      row[best] = (row[best] as number) + 1;
      if (best !== label) {
        const id = batch.ids[position] as string;
        wrong.push({ id, label, answer: best, probability: probabilities[best] as number });
      }
    });
    mistakes = surest([...mistakes, ...wrong]);
    images += answers.length;
    options.onProgress?.(images + skipped.length, to - from);
  }
  return { images, skipped, loss, top1, top5, corners, confusion, mistakes };
}

/** The numbers `from` to `to`, so many at a time. */
function chunks(from: number, to: number, size: number): number[][] {
  return Array.from({ length: Math.ceil((to - from) / size) }, (_, chunk) => {
    const first = from + chunk * size;
    return Array.from({ length: Math.min(size, to - first) }, (_, i) => first + i);
  });
}

/** The same for the outputs asked for, summing to 1; -1 for the others, which no answer falls below. */
function onlyAmong(probabilities: ArrayLike<number>, among: readonly number[]): Float64Array {
  const sum = among.reduce((total, index) => total + (probabilities[index] as number), 0);
  const only = new Float64Array(probabilities.length).fill(-1);
  for (const index of among) only[index] = (probabilities[index] as number) / sum;
  return only;
}

/** How many classes come before `label` in descending order of probability. */
function rankOf(probabilities: ArrayLike<number>, label: number): number {
  const own = probabilities[label] as number;
  let rank = 0;
  for (let other = 0; other < probabilities.length; other++) {
    const value = probabilities[other] as number;
    // "Not less" also ranks NaN first, so a broken network scores 0, not 100 %.
    if (other !== label && !(value < own) && (value !== own || other < label)) rank++;
  }
  return rank;
}

function indexOfLargest(values: ArrayLike<number>): number {
  let best = 0;
  for (let index = 1; index < values.length; index++) {
    if ((values[index] as number) > (values[best] as number)) best = index;
  }
  return best;
}
