export {
  type Batch,
  type ImageSource,
  type SkippedImage,
  trainingBatch,
} from './batch.js';
export { type EvaluateOptions, type Evaluation, evaluate, type Mistake } from './evaluate.js';
export { initialSnapshot } from './initial-snapshot.js';
export { createOptimizer, type Optimizer, type StepContext, type UpdateRule } from './optimizer.js';
export { applyOverrides, OverrideError, settableKeys } from './overrides.js';
export {
  colorPcaIn,
  type LayerLearning,
  type NetworkChoice,
  type Recipe,
  type Schedule,
  specModifiers,
  type TrainAugment,
} from './recipe.js';
export { RECIPES, type RecipeName } from './recipes/index.js';
export { INITIAL_PLATEAU, observePlateau, type PlateauState, rateFactor } from './schedule.js';
export {
  type BatchFeed,
  type EpochReport,
  INITIAL_STATE,
  NonFiniteError,
  type Snapshot,
  type StepReport,
  type TrainObserver,
  type TrainOptions,
  type TrainOutcome,
  type TrainState,
  train,
} from './train.js';
export { crossEntropy, type StepResult, trainStep } from './train-step.js';
export { type Transfer, transferWeights } from './transfer-weights.js';
