/** What the loss is multiplied by before the backward pass in fp16, so that small gradients do not vanish. */
export interface LossScale {
  /** A power of two: dividing the gradients by it afterwards is exact. */
  readonly scale: number;
  /** Updates since it last changed. */
  readonly goodSteps: number;
}

/**
 * Source of the constants: `LossScaleOptimizer` of Keras (initial_scale, dynamic_growth_steps, and the
 * factor of 2), as NVIDIA's guide to mixed precision recommends.
 */
export const INITIAL_LOSS_SCALE: LossScale = { scale: 2 ** 15, goodSteps: 0 };
const GROWTH_STEPS = 2_000;
const FACTOR = 2;
const FLOOR = 1;

/** After an update. */
export function afterUpdate({ scale, goodSteps }: LossScale): LossScale {
  if (goodSteps + 1 < GROWTH_STEPS) return { scale, goodSteps: goodSteps + 1 };
  return { scale: scale * FACTOR, goodSteps: 0 };
}

/**
 * After a step whose gradients were not finite and that changed nothing; null where a lower scale
 * cannot be what is missing.
 */
export function afterOverflow({ scale }: LossScale): LossScale | null {
  return scale > FLOOR ? { scale: Math.max(scale / FACTOR, FLOOR), goodSteps: 0 } : null;
}
