import type { Batch } from '@alexnet/augment';
import type { Network, Pixels } from '@alexnet/model';
import type { Optimizer, StepContext } from '../optimizer.js';
import type { Recipe } from '../recipe/recipe.js';
import type { WeightAverage } from '../weight-average.js';
import type { WholeBatch } from '../world/meet.js';
import type { World } from '../world/world.js';

/** What one update saw, means over its images. */
export interface StepResult {
  /** Cross-entropy in nats. */
  readonly loss: number;
  /** Images whose highest logit was the label, dropout on. */
  readonly correct: number;
  /** Global L2 norm of the gradient, before clipping. */
  readonly gradientNorm: number;
}

/**
 * A training step: forward pass, backward pass, one update of the weights, and of their average.
 * Where the loss or the norm is not finite, nothing has changed.
 */
export interface Step {
  /** One update of the network by a batch, or by this process's share of one. */
  run(batch: Batch<Pixels>, at: StepMoment): Promise<StepResult>;
  /** Further steps that may be begun before the result of one is awaited; after one that fails they fail. */
  readonly ahead: number;
  /** Frees what it holds on the device; the network and the optimizer stay. */
  dispose(): void;
}

/** When a step is made, and where its batch stands in the whole. */
export interface StepMoment extends StepContext {
  readonly dropoutSeed: number;
  /** Of the loss in the backward pass, a power of two; 1 where left out. */
  readonly lossScale?: number;
  /** Default: the batch is the whole one. */
  readonly whole?: WholeBatch;
}

/** What a step works on. */
export interface StepParts {
  readonly network: Network;
  readonly optimizer: Optimizer;
  readonly average: WeightAverage | null;
  /** Who computes it; default {@link ALONE}. */
  readonly world?: World;
  readonly recipe: Pick<
    Recipe,
    'accumulate' | 'batchNormVariance' | 'clipNorm' | 'layers' | 'learningRateInMomentum'
  >;
}

/** Whether a result counts: a step that is not finite changed nothing. */
export function isSound({ loss, gradientNorm }: StepResult): boolean {
  return Number.isFinite(loss) && Number.isFinite(gradientNorm);
}
