import {
  buildNetwork,
  costSplit,
  type Network,
  type NetworkSpec,
  type Preprocessing,
  type Tf,
} from '@alexnet/model';
import { measureFilterColors } from '@alexnet/model/measures';
import { evaluate, type Recipe, TrainingError, train } from '@alexnet/trainer';
import type { Environment } from './environment.js';
import type { StudyImages } from './load-images.js';
import type { CurvePoint, RunResult } from './run-result.js';

/** Inputs a forward pass outside training takes. */
const EVALUATION_BATCH = 100;
/** Updates whose time says more about warming up than about the network. */
const WARM_UP = 5;

export interface TrainVariantOptions {
  readonly recipe: Recipe;
  readonly network: NetworkSpec;
  readonly seed: number;
  readonly key: string;
  readonly images: StudyImages;
  readonly preprocessing: Preprocessing;
  /** Also answer with ten crops at the end. */
  readonly tenCrop: boolean;
  /** End after the epoch in which the error on training images has fallen to this; null: never. */
  readonly until: number | null;
  readonly environment: Environment;
  readonly signal: AbortSignal;
  /** Images trained on in this run so far. */
  readonly onImages: (done: number) => void;
}

/**
 * Trains one variant with one seed and measures it.
 *
 * @throws the signal's reason when it is given; nothing of the run is kept then
 */
export async function trainVariant(tf: Tf, options: TrainVariantOptions): Promise<RunResult> {
  const started = performance.now();
  const network = buildNetwork(tf, options.network, { seed: options.seed });
  try {
    return await trainAndMeasure(network, started, options);
  } finally {
    network.dispose();
  }
}

async function trainAndMeasure(
  network: Network,
  started: number,
  {
    recipe,
    seed,
    key,
    images,
    preprocessing,
    tenCrop,
    until,
    environment,
    signal,
    onImages,
  }: TrainVariantOptions,
): Promise<RunResult> {
  const answerer = { network, preprocessing };
  const look = { batchSize: EVALUATION_BATCH };
  const onSample = () => evaluate(answerer, images.trainSample, look);
  const onValidation = () => evaluate(answerer, images.validation, look);
  const pointAt = async (epoch: number, validation: Look): Promise<CurvePoint> => {
    const train = await onSample();
    return {
      epoch,
      trainTop1: train.top1,
      trainLoss: train.loss,
      validationTop1: validation.top1,
      validationLoss: validation.loss,
      kernelChroma: await kernelChroma(network),
    };
  };
  const curve: CurvePoint[] = [await pointAt(0, await onValidation())];
  const rates: number[] = [];
  let done = 0;
  let diverged: string | null = null;
  const reached = new AbortController();
  try {
    const outcome = await train({
      network,
      recipe,
      train: images.train,
      validation: images.validation,
      preprocessing,
      colors: images.colors,
      seed,
      signal: AbortSignal.any([signal, reached.signal]),
      observer: {
        onStep(report) {
          rates.push((1000 * report.images) / report.durationMs);
          done += report.images;
          onImages(done);
        },
        async onEpoch({ epoch, validation }) {
          if (!validation) return;
          const point = await pointAt(epoch + 1, validation);
          curve.push(point);
          if (until !== null && 1 - point.trainTop1 <= until) reached.abort();
        },
      },
    });
    if (outcome === 'interrupted' && !reached.signal.aborted) throw signal.reason;
  } catch (error) {
    if (!(error instanceof TrainingError && error.code === 'not-finite')) throw error;
    diverged = error.message;
    curve.push(await pointAt(curve.length, await onValidation()));
  }
  const tenCropTop1 = tenCrop
    ? (await evaluate(answerer, images.validation, { ...look, tenCrop: true })).top1
    : null;
  const { parameters, macs } = costSplit(network.spec).total;
  return {
    format: 3,
    key,
    seed,
    recipe,
    updates: rates.length,
    curve,
    tenCropTop1,
    parameters,
    macs,
    imagesPerSecond: median(rates.slice(WARM_UP)),
    diverged,
    seconds: (performance.now() - started) / 1000,
    environment,
  };
}

type Look = { readonly top1: number; readonly loss: number };

async function kernelChroma(network: Network): Promise<number[]> {
  const weight = (await network.getWeights()).get('conv1.weight');
  return weight ? measureFilterColors(weight).map(({ chroma }) => chroma) : [];
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}
