import type { Schedule } from './recipe/recipe.js';

/** What a plateau schedule remembers between epochs; part of a checkpoint. */
export interface PlateauState {
  /** Lowest validation error so far, a share 0..1; Infinity before the first. */
  readonly best: number;
  /** Since the best one. */
  readonly epochsWithoutGain: number;
  /** How often the learning rate was lowered. */
  readonly drops: number;
}

/** The state of a plateau schedule before the first epoch. */
export const INITIAL_PLATEAU: PlateauState = { best: Infinity, epochsWithoutGain: 0, drops: 0 };

/**
 * The factor on the peak learning rate at a moment of the run.
 *
 * @param position epochs done so far, fractional (1.5 = half-way through the second epoch)
 * @param epochs length of the whole run in epochs
 */
export function learningRateFactor(
  schedule: Schedule,
  position: number,
  epochs: number,
  plateau: PlateauState = INITIAL_PLATEAU,
): number {
  if (position < schedule.warmupEpochs) {
    const { warmupStart = 0 } = schedule;
    return warmupStart + (1 - warmupStart) * (position / schedule.warmupEpochs);
  }
  switch (schedule.kind) {
    case 'constant':
      return 1;
    case 'step':
      return schedule.factor ** schedule.dropEpochs.filter((epoch) => position >= epoch).length;
    case 'plateau':
      return schedule.factor ** plateau.drops;
    case 'cosine': {
      const length = Math.max(epochs - schedule.warmupEpochs, Number.EPSILON);
      const share = Math.min((position - schedule.warmupEpochs) / length, 1);
      const { finalFactor } = schedule;
      return finalFactor + (1 - finalFactor) * 0.5 * (1 + Math.cos(Math.PI * share));
    }
  }
}

/** The plateau memory after an epoch whose validation error (0..1) was `error`. */
export function observePlateau(
  schedule: Schedule,
  state: PlateauState,
  error: number,
): PlateauState {
  if (error < state.best) return { ...state, best: error, epochsWithoutGain: 0 };
  const waited = state.epochsWithoutGain + 1;
  return waited < schedule.patience || state.drops >= (schedule.maxDrops ?? Infinity)
    ? { ...state, epochsWithoutGain: waited }
    : { ...state, epochsWithoutGain: 0, drops: state.drops + 1 };
}
