import type { RgbImage } from '@alexnet/files/image';
import { meanImageOf, type Pixels } from '@alexnet/model';
import type { Batch } from '../batch/batch.js';
import { byteMeanOf } from '../batch/byte-crops.js';
import type { ExampleMaker } from '../batch/make-batch.js';
import { checkPreprocessing } from '../check-preprocessing.js';
import { createExampleRngs } from '../example-rngs.js';
import { subtractMeanImage } from '../mean-image.js';
import {
  type CropWriter,
  channelAffine,
  cropResized,
  type NormalizedCrop,
  writeCrop,
} from '../normalize-crop.js';
import { createRng } from '../rng.js';
import {
  checkOperations,
  compileOperation,
  type Operation,
  type OperationInput,
} from './operations.js';
import { ANY_IMAGE, type SampleState } from './sample-state.js';
import type { BatchStep, Draws, ImageStep, PipelineContext, PixelStep, Step } from './step.js';
import { type View, viewOf } from './view.js';

/** Which batch is made: with the images, it decides every bit. */
export interface BatchKey {
  readonly seed: number;
  /** Counted from 0. */
  readonly epoch: number;
  /** Position in the epoch of the batch's first image. */
  readonly first: number;
}

/** Operations that were checked and put together, from decoded images to a batch. */
export interface Pipeline {
  /** With their defaults put in. */
  readonly operations: readonly Operation[];
  /** State of a sample before the first and after every operation on single images. */
  readonly states: readonly SampleState[];
  /** Of what comes out, px. */
  readonly height: number;
  readonly width: number;
  /** Whether images of a batch change each other: it is made whole, whoever needs a part of it. */
  readonly mixes: boolean;
  /** Whether its examples are nothing but normalized crops: then their maker has `bytes`. */
  readonly givesBytes: boolean;
  /**
   * Makes the examples of one batch.
   *
   * @param write Writes the crops: the loader has a faster one that gives the same bits.
   */
  at(key: BatchKey, write?: CropWriter): ExampleMaker;
}

/** Separates the stream of whole batches from those of images and chunks. */
const BATCH_STREAM = 3;

/** A step of one kind, and the epoch from which it is left out. */
interface Timed<S extends Step> {
  readonly step: S;
  readonly until: number;
}

/**
 * Checks that every operation can take what the one before gives, and puts them together.
 *
 * @throws {SettingError} for an option that does not exist or is out of range
 * @throws {RangeError} naming the operation that does not fit, or what is missing at the end
 */
export function createPipeline(
  operations: readonly OperationInput[],
  context: PipelineContext,
): Pipeline {
  const checked = checkOperations(operations);
  checkPreprocessing(context.preprocessing);
  const image: Timed<ImageStep>[] = [];
  const pixels: Timed<PixelStep>[] = [];
  const batch: Timed<BatchStep>[] = [];
  let stage = 0;
  let state = ANY_IMAGE;
  const states = [state];
  for (const [i, operation] of checked.entries()) {
    try {
      const step = compileOperation(operation, context);
      stage = nextStage(stage, step);
      const until = 'untilEpoch' in operation ? (operation.untilEpoch ?? Infinity) : Infinity;
      if (step.stage === 'image') image.push({ step, until });
      if (step.stage === 'pixels') pixels.push({ step, until });
      if (step.stage === 'batch') batch.push({ step, until });
      else {
        state = step.describe(state);
        states.push(state);
      }
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      throw new RangeError(`augment[${i}]: ${operation.op} ${reason}`, { cause: error });
    }
  }
  const { height, width } = outputOf(state, context);
  const chunk = chunkOf(checked);
  const mixes = batch.some(({ step }) => step.mixes);
  const givesBytes = pixels.length === 0 && !mixes;
  const mean = meanImageOf(context.preprocessing);
  // One crop at a time is written to a batch, so all are resized in the same memory.
  const window = new Uint8ClampedArray(height * width * 3);
  const byteMean = givesBytes ? byteMeanOf(context.preprocessing) : null;

  return {
    operations: checked,
    states,
    height,
    width,
    mixes,
    givesBytes,
    at: ({ seed, epoch, first }, write = writeCrop) => {
      const drawsOf = (position: number): Draws => {
        const index = first + position;
        const { rng, placementRng } = createExampleRngs({ seed, epoch, index, chunk });
        return { own: rng, placement: placementRng };
      };
      const cropOf = (decoded: RgbImage, draws: Draws): NormalizedCrop => {
        let view = viewOf(decoded);
        for (const { step, until } of image) if (epoch < until) view = step.apply(view, draws);
        return normalizedView(view, context, window);
      };
      const finish = (made: Batch) => {
        if (made.labels.length === 0) return;
        const rng = createRng(seed, epoch, first, BATCH_STREAM);
        for (const { step, until } of batch) if (epoch < until) step.apply(made, rng);
      };
      return {
        height,
        width,
        views: 1,
        write(out, offset, decoded, position) {
          const draws = drawsOf(position);
          const { image: source, box, flip, affine } = cropOf(decoded, draws);
          write(out, offset, source, box, flip, affine);
          if (mean) subtractMeanImage(out, offset, box, mean, affine);
          const example = out.subarray(offset, offset + height * width * 3);
          for (const { step, until } of pixels) {
            if (epoch < until) step.apply(example, height, width, draws);
          }
        },
        ...(batch.length > 0 && { finish }),
        ...(givesBytes && {
          bytes: {
            crops: (decoded: RgbImage, position: number) => [cropOf(decoded, drawsOf(position))],
            mean: byteMean,
            // What does not mix images changes their targets alone.
            ...(batch.length > 0 && {
              finish: (made: Batch<Pixels>) => finish(made as Batch),
            }),
          },
        }),
      };
    },
  };
}

const STAGES = ['image', 'normalize', 'pixels', 'batch'] as const;

/** @throws {RangeError} when a step stands before `normalize` that must come after, or the other way. */
function nextStage(stage: number, step: Step): number {
  const own = STAGES.indexOf(step.stage);
  const normalized = STAGES.indexOf('normalize');
  if (own > normalized && stage < normalized) {
    throw new RangeError('takes normalized float32; put normalize before it');
  }
  if (own < stage && stage === STAGES.indexOf('batch')) {
    throw new RangeError('works on single images; put it before what works on whole batches');
  }
  return Math.max(stage, own);
}

/** @throws {RangeError} when images do not come out normalized and of the network's size. */
function outputOf(state: SampleState, { preprocessing }: PipelineContext) {
  const { crop } = preprocessing;
  if (state.size === null) throw new RangeError('augment gives images of no one size: add a crop');
  if (state.unit !== 'normalized') throw new RangeError('augment gives gray levels: add normalize');
  const { height, width } = state.size;
  if (height !== crop.height || width !== crop.width) {
    throw new RangeError(
      `augment gives images of ${width} × ${height} px, but the network takes ${crop.width} × ${crop.height}`,
    );
  }
  return state.size;
}

/** How many neighbors share crop and flip. */
function chunkOf(operations: readonly Operation[]): number {
  const shared = operations.flatMap((one) => ('sharedBy' in one ? [one.sharedBy] : []));
  const chunk = shared[0] ?? 1;
  if (shared.some((own) => own !== chunk)) {
    throw new RangeError(`augment: crop and flip must have one sharedBy, not ${shared.join(', ')}`);
  }
  return chunk;
}

/** What a view shows, in `out` where it is resized, and how it is normalized. */
function normalizedView(
  view: View,
  { preprocessing }: PipelineContext,
  out: Uint8ClampedArray,
): NormalizedCrop {
  const affine = channelAffine(preprocessing, view.noise, view.gain);
  const crop = cropResized(view.image, view.size, view.box, view.method, out);
  return { ...crop, flip: view.flip, affine };
}

/** One image through a pipeline, `[height, width, 3]`: to look at what it does. */
export function augmentImage(
  pipeline: Pipeline,
  image: RgbImage,
  key: { readonly seed: number; readonly epoch: number; readonly index: number },
): Float32Array {
  const out = new Float32Array(pipeline.height * pipeline.width * 3);
  pipeline.at({ ...key, first: key.index }).write(out, 0, image, 0);
  return out;
}
