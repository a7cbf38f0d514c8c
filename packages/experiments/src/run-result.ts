import type { Recipe } from '@alexnet/trainer';
import type { Environment } from './environment.js';

/** After an epoch, or before the first: one center crop, dropout and augmentation off. */
export interface CurvePoint {
  readonly epoch: number;
  /** On the sample of training images. Shares 0..1; loss in nats. */
  readonly trainTop1: number;
  readonly trainLoss: number;
  readonly validationTop1: number;
  readonly validationLoss: number;
  /** Share of each conv1 filter's energy off the gray axis, 0..1, in filter order. */
  readonly kernelChroma: readonly number[];
}

/** One variant trained with one seed, and everything that is measured on it. */
export interface RunResult {
  readonly format: 3;
  readonly key: string;
  readonly seed: number;
  readonly recipe: Recipe;
  readonly updates: number;
  readonly curve: readonly CurvePoint[];
  /** Validation, 0..1, of the finished network; null where no measure asked for it. */
  readonly tenCropTop1: number | null;
  readonly parameters: number;
  readonly macs: number;
  /** In training, the median over updates, the first few left out. */
  readonly imagesPerSecond: number;
  /** Why training stopped early, where the loss stopped being a number. */
  readonly diverged: string | null;
  readonly seconds: number;
  readonly environment: Environment;
}
