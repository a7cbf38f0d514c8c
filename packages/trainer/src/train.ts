import {
  type Batch,
  type ColorStatistics,
  countClasses,
  createPipeline,
  createRng,
  type ImageSource,
} from '@alexnet/augment';
import {
  type Network,
  type Pixels,
  type Preprocessing,
  precisionOf,
  takesBytes,
  type Weight,
} from '@alexnet/model';
import { type Evaluation, evaluate } from './evaluate.js';
import { firstNonFiniteLayer, keepFirstImage } from './first-non-finite-layer.js';
import { type BatchFeed, makeBatches } from './make-batches.js';
import { createOptimizer } from './optimizer.js';
import type { Recipe } from './recipe/recipe.js';
import {
  INITIAL_PLATEAU,
  learningRateFactor,
  observePlateau,
  type PlateauState,
} from './schedule.js';
import { createStep } from './step/create-step.js';
import {
  afterOverflow,
  afterUpdate,
  INITIAL_LOSS_SCALE,
  type LossScale,
} from './step/loss-scale.js';
import { isSound, type StepResult } from './step/step.js';
import { TrainingError } from './training-error.js';
import { turnEventLoop } from './turn-event-loop.js';
import { createWeightAverage } from './weight-average.js';
import { agree, meet, type WholeBatch } from './world/meet.js';
import { ALONE, type World } from './world/world.js';

/** Where a run stands. With the tensors of {@link Snapshot} it is all that resuming needs. */
export interface TrainState {
  /** Epoch being trained, counted from 0; equals the recipe's epochs when all are done. */
  readonly epoch: number;
  /** Updates done in this epoch. */
  readonly step: number;
  /** Updates done in the whole run. */
  readonly globalStep: number;
  readonly plateau: PlateauState;
  /** Epochs since the lowest validation error; left out in checkpoints of before: 0. */
  readonly epochsSinceBest?: number;
  /** In fp16. */
  readonly lossScale?: LossScale;
  /** Sums over this epoch so far. */
  readonly seen: number;
  readonly lossSum: number;
  readonly correctSum: number;
  /** Milliseconds of this epoch's training so far, and of waiting for images in it; left out where none: 0. */
  readonly trainedMs?: number;
  readonly waitedMs?: number;
}

/** Where every run begins. */
export const INITIAL_STATE: TrainState = {
  epoch: 0,
  step: 0,
  globalStep: 0,
  plateau: INITIAL_PLATEAU,
  seen: 0,
  lossSum: 0,
  correctSum: 0,
};

/** A copy of everything that changes while training. Tensors are in tfjs layout. */
export interface Snapshot {
  readonly state: TrainState;
  readonly weights: ReadonlyMap<string, Weight>;
  /** Momentum by parameter name. */
  readonly velocities: ReadonlyMap<string, Weight>;
  /** Moving average of the weights, where the recipe keeps one. */
  readonly average: ReadonlyMap<string, Weight> | null;
}

/** One update, as {@link TrainObserver.onStep} hears of it. */
export interface StepReport {
  /** Counted from 0. */
  readonly epoch: number;
  /** Updates done in this epoch, this one included. */
  readonly step: number;
  readonly stepsPerEpoch: number;
  /** Updates done in the whole run. */
  readonly globalStep: number;
  /** Mean cross-entropy of the batch in nats, dropout on. */
  readonly loss: number;
  /** Share of the batch answered right, dropout on. */
  readonly accuracy: number;
  /** Of this update, by the schedule. */
  readonly learningRate: number;
  /** Images in the batch, of all processes. */
  readonly images: number;
  /** Whole step, and the part of it spent waiting for images. */
  readonly durationMs: number;
  readonly waitMs: number;
  /** Global L2 norm of the gradient, before clipping. */
  readonly gradientNorm: number;
  /** With other processes: milliseconds in which sums were under way, and of these, waited for. */
  readonly reduction?: { readonly processes: number } & ReturnType<World['takeTimes']>;
}

/** One epoch with its validation, as {@link TrainObserver.onEpoch} hears of it. */
export interface EpochReport {
  /** Counted from 0. */
  readonly epoch: number;
  readonly globalStep: number;
  /** Of the last update. */
  readonly learningRate: number;
  /** Mean over the epoch in nats, dropout on. */
  readonly trainLoss: number;
  /** Share of training images answered right as they passed, dropout on. */
  readonly trainTop1: number;
  /** Null where there are no validation images. */
  readonly validation: Evaluation | null;
  /** Training alone, validation left out. */
  readonly durationMs: number;
  /** Share of training time spent waiting for images, 0..1. */
  readonly waitShare: number;
}

/** What a run tells while it goes. */
export interface TrainObserver {
  /** After every update. */
  readonly onStep?: (report: StepReport) => void;
  /**
   * After every epoch and its validation. Until it settles the network has the weights that were
   * validated: the moving average where the recipe keeps one.
   */
  readonly onEpoch?: (report: EpochReport) => void | Promise<void>;
  /** A training image that could not be read; every time it comes up. */
  readonly onSkip?: (id: string, reason: string) => void;
  /** Validation images done and in all. */
  readonly onValidate?: (done: number, total: number) => void;
  /** After each epoch and each {@link TrainOptions.snapshotEveryMs}, when stopping, and before a failure is thrown. */
  readonly onSnapshot?: (snapshot: Snapshot, report: EpochReport | null) => Promise<void>;
}

/** What a run is made of. */
export interface TrainOptions {
  readonly network: Network;
  readonly recipe: Recipe;
  readonly train: ImageSource;
  /** Without images nothing is validated, and plateau schedules and `stopAfter` are refused. */
  readonly validation: ImageSource | null;
  /** Of training and validation images alike. */
  readonly preprocessing: Preprocessing;
  /** Color statistics of the training split, for fancy PCA. */
  readonly colors: ColorStatistics;
  /** Decides order, crops, flips, color noise and dropout masks; the weights are the network's. */
  readonly seed: number;
  /** Where batches come from; default: made in this thread, two ahead. */
  readonly feed?: BatchFeed;
  /** Continue from here; the same run, bit for bit, as one that was never stopped. */
  readonly from?: Snapshot;
  /** Stop after this many updates in all. */
  readonly maxSteps?: number;
  /** Stop after the step during which this much time has passed; one step is always made. */
  readonly maxMs?: number;
  /** Also snapshot within an epoch, after so much time; left out, only between epochs. */
  readonly snapshotEveryMs?: number;
  /** Aborting finishes the step, snapshots and returns. */
  readonly signal?: AbortSignal;
  readonly observer?: TrainObserver;
  /** Default: compiled where the backend can. */
  readonly step?: 'compiled' | 'op by op';
  /**
   * The processes that train together; default: this one alone. Everything above is the same for all but
   * `network`'s backend, `signal` and `observer`: what has to be written, one of them writes.
   */
  readonly world?: World;
}

/** Why {@link train} returned. */
export type TrainOutcome =
  | 'finished'
  | 'stopped early'
  | 'interrupted'
  | 'out of steps'
  | 'out of time';

/** What may end training before its last epoch, in the order in which one of several is told. */
const REASONS = ['interrupted', 'out of steps', 'out of time'] as const;

/** Trains `network` by `recipe`. On return its weights are the average, where the recipe keeps one. */
export async function train(options: TrainOptions): Promise<TrainOutcome> {
  const { network, recipe, seed, preprocessing, colors, observer = {} } = options;
  const { world = ALONE } = options;
  const validation = options.validation?.records.length ? options.validation : null;
  requireValidation(recipe, validation);
  requirePrecision(recipe, network);
  let state = options.from?.state ?? INITIAL_STATE;

  // 1. Restore, or start from the network's initial weights.
  if (options.from) network.setWeights(options.from.weights);
  const optimizer = createOptimizer(network, recipe);
  if (options.from) optimizer.restore(options.from.velocities);
  const average =
    recipe.ema > 0 ? createWeightAverage(network, recipe.ema, state.globalStep) : null;
  if (options.from?.average) average?.restore(options.from.average);
  const trainStep = createStep({ network, optimizer, average, recipe, world }, options.step);

  const snapshot = async (report: EpochReport | null) => {
    if (!observer.onSnapshot) return;
    const times = state.step > 0 ? { trainedMs: epochMs, waitedMs: waitMs } : {};
    await observer.onSnapshot(
      {
        state: { ...state, ...times },
        weights: await network.getWeights(),
        velocities: await optimizer.state(),
        average: (await average?.state()) ?? null,
      },
      report,
    );
    savedAt = performance.now();
  };
  const pipeline = createPipeline(recipe.augment, {
    preprocessing,
    colors,
    classCounts: countClasses(options.train.records, network.spec.classes),
  });
  const feed =
    options.feed ??
    makeBatches({
      source: options.train,
      pipeline,
      classes: network.spec.classes,
      batchSize: recipe.batchSize,
      seed,
      world,
      bytes: takesBytes(network.tf),
    });
  /** Updates that have begun and whose results are not known yet, oldest first. */
  const underWay: (() => Promise<void>)[] = [];
  const settle = async (most: number) => {
    while (underWay.length > most) await underWay.shift()?.();
  };
  const begun = () => state.globalStep + underWay.length;
  const hasMoved = () => begun() > (options.from?.state.globalStep ?? 0);
  // A start that has done nothing leaves nothing.
  const saveProgress = async () => {
    await settle(0);
    if (hasMoved()) await snapshot(null);
  };

  const began = performance.now();
  const outOfSteps = () =>
    begun() >= (options.maxSteps ?? Infinity) ? ('out of steps' as const) : null;
  const interrupted = () => agree(world, options.signal?.aborted ? 'interrupted' : null, REASONS);
  const reasonToStop = (): (typeof REASONS)[number] | null => {
    if (options.signal?.aborted) return 'interrupted';
    if (outOfSteps()) return 'out of steps';
    const timeUp = performance.now() - began >= (options.maxMs ?? Infinity);
    return hasMoved() && timeUp ? 'out of time' : null;
  };

  /** Of the update after `step` others in this epoch. */
  const learningRateAt = (step: number) => {
    const position = state.epoch + step / stepsPerEpoch;
    const { schedule, epochs, learningRate } = recipe;
    return learningRate * learningRateFactor(schedule, position, epochs, state.plateau);
  };

  const scalesLoss = precisionOf(network.tf) === 'fp16';
  const stepsPerEpoch = Math.ceil(options.train.records.length / recipe.batchSize);
  let savedAt = began;
  let { trainedMs: epochMs = 0, waitedMs: waitMs = 0 } = state;

  /** Begins one update, and settles those before it as far as the step does not run ahead. */
  const step = async (batch: Batch<Pixels>, whole: WholeBatch, waited: number, started: number) => {
    const number = begun() + 1;
    const learningRate = learningRateAt(state.step + underWay.length);
    if (!Number.isFinite(learningRate)) {
      throw new TrainingError(
        'bad-recipe',
        `the learning rate at step ${number} is ${learningRate}`,
      );
    }
    // Its lowering needs the result of the step before: in fp16 no backend runs ahead.
    const scaling = scalesLoss ? (state.lossScale ?? INITIAL_LOSS_SCALE) : null;
    const running = trainStep.run(batch, {
      learningRate,
      peakLearningRate: recipe.learningRate,
      epoch: state.epoch,
      dropoutSeed: dropoutSeed(seed, begun()),
      ...(scaling ? { lossScale: scaling.scale } : {}),
      whole,
    });
    // One that fails after another is not awaited any more.
    running.catch(() => undefined);
    let durationMs: number | undefined;
    const stop = () => {
      durationMs ??= performance.now() - started;
      return durationMs;
    };
    // A step that runs ahead is looked at when the memory of its batch is in use again.
    const kept = trainStep.ahead > 0 ? keepFirstImage(batch) : batch;
    underWay.push(async () => {
      const result = await running;
      await count(result, {
        batch: kept,
        whole,
        scaling,
        learningRate,
        durationMs: stop(),
        waitMs: waited,
      });
    });
    await settle(trainStep.ahead);
    epochMs += stop();
    waitMs += waited;
  };

  /** Puts the result of an update to the others. */
  const count = async (
    result: StepResult,
    {
      batch,
      whole,
      scaling,
      ...known
    }: {
      readonly batch: Batch<Pixels>;
      readonly whole: WholeBatch;
      readonly scaling: LossScale | null;
    } & Pick<StepReport, 'learningRate' | 'durationMs' | 'waitMs'>,
  ) => {
    const lowered = scaling && Number.isFinite(result.loss) ? afterOverflow(scaling) : null;
    if (!isSound(result) && lowered) {
      // Gradients outside fp16's range: nothing was changed, and the next step tries a lower scale.
      state = { ...state, step: state.step + 1, lossScale: lowered };
      return;
    }
    if (!isSound(result)) {
      await snapshot(null);
      throw new TrainingError(
        'not-finite',
        `${Number.isFinite(result.loss) ? `the gradient's norm is ${result.gradientNorm}` : `the loss is ${result.loss}`}, ${await firstNonFiniteLayer(network, batch)}, at step ${state.globalStep + 1} (epoch ${state.epoch + 1}), on ${batch.ids.slice(0, 3).join(', ')} and ${Math.max(batch.ids.length - 3, 0)} more; try a lower learningRate`,
      );
    }
    const { images } = whole;
    state = {
      ...state,
      step: state.step + 1,
      globalStep: state.globalStep + 1,
      seen: state.seen + images,
      ...(scaling ? { lossScale: afterUpdate(scaling) } : {}),
      lossSum: state.lossSum + result.loss * images,
      correctSum: state.correctSum + result.correct,
    };
    observer.onStep?.({
      epoch: state.epoch,
      step: state.step,
      stepsPerEpoch,
      globalStep: state.globalStep,
      loss: result.loss,
      accuracy: result.correct / images,
      images,
      ...known,
      gradientNorm: result.gradientNorm,
      ...(world.size > 1 ? { reduction: { processes: world.size, ...world.takeTimes() } } : {}),
    });
  };

  const validate = async (): Promise<Evaluation | null> => {
    if (validation === null) return null;
    average?.swap();
    try {
      return await evaluate({ network, preprocessing }, validation, {
        batchSize: Math.ceil(recipe.batchSize / recipe.accumulate),
        world,
        ...(options.signal ? { signal: options.signal } : {}),
        ...(observer.onValidate ? { onProgress: observer.onValidate } : {}),
      });
    } catch (error) {
      average?.swap();
      await snapshot(null);
      average?.swap();
      throw error;
    } finally {
      average?.swap();
    }
  };

  try {
    // 2. Epochs.
    while (state.epoch < recipe.epochs) {
      if (stoppedEarly(recipe, state)) return 'stopped early';
      const early = agree(world, reasonToStop(), REASONS);
      if (early) return early;
      // What was summed between epochs is no step's.
      world.takeTimes();
      let started = performance.now();
      for await (const batch of savedBefore(feed(state.epoch, state.step), saveProgress)) {
        const waited = performance.now() - started;
        const { whole, skipped, reason } = meet(world, batch, reasonToStop(), REASONS);
        for (const { id, reason } of skipped) observer.onSkip?.(id, reason);
        if (whole.images > 0) {
          await step(batch, whole, waited, started);
        } else {
          await settle(0);
          state = { ...state, step: state.step + 1 };
        }
        // Abort signals are raised in there.
        await turnEventLoop();
        // With others as all have agreed before the step, and by the number of updates.
        const stop = world.size === 1 ? reasonToStop() : (reason ?? outOfSteps());
        if (stop || performance.now() - savedAt >= (options.snapshotEveryMs ?? Infinity)) {
          await settle(0);
          await snapshot(null);
        }
        if (stop) return stop;
        started = performance.now();
      }

      await settle(0);

      // 3. Validation, schedule, snapshot.
      if (state.seen === 0) throw noUpdate(state);
      let answers: Evaluation | null;
      try {
        answers = await validate();
      } catch (error) {
        if (interrupted()) return 'interrupted';
        throw error;
      }
      const report: EpochReport = {
        epoch: state.epoch,
        globalStep: state.globalStep,
        learningRate: learningRateAt(state.step - 1),
        trainLoss: state.lossSum / state.seen,
        trainTop1: state.correctSum / state.seen,
        validation: answers,
        durationMs: epochMs,
        waitShare: epochMs > 0 ? waitMs / epochMs : 0,
      };
      state = {
        epoch: state.epoch + 1,
        step: 0,
        globalStep: state.globalStep,
        ...(state.lossScale ? { lossScale: state.lossScale } : {}),
        ...afterValidation(recipe, state, answers),
        seen: 0,
        lossSum: 0,
        correctSum: 0,
      };
      epochMs = 0;
      waitMs = 0;
      if (world.size > 1) world.requireSame('weights', await network.getWeights());
      if (observer.onEpoch) {
        average?.swap();
        try {
          await observer.onEpoch(report);
        } finally {
          average?.swap();
        }
      }
      await snapshot(report);
    }
    return interrupted() ?? 'finished';
  } finally {
    trainStep.dispose();
    average?.swap();
    average?.dispose();
    optimizer.dispose();
  }
}

/** Whether validation has not improved for as many epochs as the recipe waits. */
export function stoppedEarly(
  { stopAfter = Infinity }: Pick<Recipe, 'stopAfter'>,
  { epochsSinceBest = 0 }: Pick<TrainState, 'epochsSinceBest'>,
): boolean {
  return epochsSinceBest >= stopAfter;
}

function noUpdate({ lossScale }: TrainState): TrainingError {
  return lossScale
    ? new TrainingError('not-finite', 'every gradient of the epoch was outside the range of fp16')
    : new TrainingError('no-images', 'no training image could be read');
}

/** The same batches; before a failure to get one is thrown, what was done is saved. */
async function* savedBefore(batches: AsyncIterable<Batch<Pixels>>, save: () => Promise<void>) {
  try {
    yield* batches;
  } catch (error) {
    await save();
    throw error;
  }
}

/** What the schedule and early stopping remember of an epoch's validation. */
function afterValidation(
  { schedule }: Recipe,
  { plateau, epochsSinceBest = 0 }: TrainState,
  validation: Evaluation | null,
): Pick<TrainState, 'plateau' | 'epochsSinceBest'> {
  if (validation === null) return { plateau };
  const error = 1 - validation.top1;
  return {
    plateau: observePlateau(schedule, plateau, error),
    epochsSinceBest: error < plateau.best ? 0 : epochsSinceBest + 1,
  };
}

/** @throws {Error} when the recipe decides by validation and there is none. */
function requireValidation(recipe: Recipe, validation: ImageSource | null): void {
  if (validation !== null) return;
  const needs =
    recipe.schedule.kind === 'plateau'
      ? 'schedule.kind=plateau'
      : recipe.stopAfter !== undefined && 'stopAfter';
  if (needs)
    throw new TrainingError(
      'no-validation',
      `${needs} needs validation images, and there are none`,
    );
}

/** @throws TrainingError `precision` when the backend computes in another than the recipe asks for */
function requirePrecision({ precision = 'auto' }: Recipe, { tf }: Network): void {
  const actual = precisionOf(tf);
  if (precision === 'auto' || precision === actual) return;
  throw new TrainingError(
    'precision',
    `the recipe asks for ${precision}, and the ${tf.getBackend()} backend is set to ${actual}: setPrecision(tf, '${precision}') of @alexnet/backend/node sets it`,
  );
}

/** A seed for the dropout masks of one step, from (seed, step) alone. */
function dropoutSeed(seed: number, globalStep: number): number {
  return Math.floor(createRng(seed, globalStep, 0x0d50).next() * 0x7fffffff);
}
