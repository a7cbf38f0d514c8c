export type { Batch, ImageSource, SkippedImage } from '@alexnet/augment';
export { SettingError } from '@alexnet/augment/settings';
export {
  type Answerer,
  type EvaluateOptions,
  type Evaluation,
  evaluate,
  type Mistake,
} from './evaluate.js';
export { initialSnapshot } from './initial-snapshot.js';
export type { BatchFeed } from './make-batches.js';
export { createOptimizer, type Optimizer, type StepContext, type UpdateRule } from './optimizer.js';
export { checkRecipe, type GivenNetwork, readRecipe } from './recipe/check-recipe.js';
export { describeRecipe } from './recipe/describe-recipe.js';
export { applyOverrides, changeSettings } from './recipe/overrides.js';
export { preprocessingFor } from './recipe/preprocessing-for.js';
export { type LayerLearning, type Recipe, recipeSchema, type Schedule } from './recipe/recipe.js';
export { formatRecipe, parseRecipe } from './recipe/recipe-file.js';
export { settableKeys } from './recipe/settable-keys.js';
export { RECIPES, type RecipeName } from './recipes/index.js';
export {
  INITIAL_PLATEAU,
  learningRateFactor,
  observePlateau,
  type PlateauState,
} from './schedule.js';
export { createStep } from './step/create-step.js';
export { crossEntropy } from './step/cross-entropy.js';
export type { LossScale } from './step/loss-scale.js';
export type { Step, StepMoment, StepParts, StepResult } from './step/step.js';
export {
  type EpochReport,
  INITIAL_STATE,
  type Snapshot,
  type StepReport,
  stoppedEarly,
  type TrainObserver,
  type TrainOptions,
  type TrainOutcome,
  type TrainState,
  train,
} from './train.js';
export { TrainingError, type TrainingErrorCode } from './training-error.js';
export { type Transfer, transferWeights } from './transfer-weights.js';
export type { WholeBatch } from './world/meet.js';
export { ALONE, type World } from './world/world.js';
