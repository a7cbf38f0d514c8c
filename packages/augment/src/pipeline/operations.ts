import * as v from 'valibot';
import { checkSettings } from '../settings/check-settings.js';
import { classWeights } from './ops/class-weights.js';
import { colorJitter } from './ops/color-jitter.js';
import { centerCrop, centralSquare, randomCrop } from './ops/crops.js';
import { fancyPca } from './ops/fancy-pca.js';
import { cutmix, labelSmoothing, mixup } from './ops/mix.js';
import { normalize } from './ops/normalize.js';
import { randomErasing } from './ops/random-erasing.js';
import { randomFlip } from './ops/random-flip.js';
import { randomResizedCrop } from './ops/random-resized-crop.js';
import { resize } from './ops/resize.js';
import type { OperationKind, PipelineContext, Step } from './step.js';

/** Every operation by name, in the order in which they usually stand. */
const KINDS = {
  resize,
  centralSquare,
  randomCrop,
  centerCrop,
  randomResizedCrop,
  randomFlip,
  colorJitter,
  fancyPca,
  normalize,
  randomErasing,
  mixup,
  cutmix,
  labelSmoothing,
  classWeights,
};

/** Name of an operation. */
export type OperationName = keyof typeof KINDS;

/** One operation of a pipeline: plain JSON, its name as `op` and its options beside it. */
// In a function, so that a bundler may leave it out: reading a property counts as an effect.
export const operationSchema = /* @__PURE__ */ (() =>
  v.variant('op', [
    resize.schema(),
    centralSquare.schema(),
    randomCrop.schema(),
    centerCrop.schema(),
    randomResizedCrop.schema(),
    randomFlip.schema(),
    colorJitter.schema(),
    fancyPca.schema(),
    normalize.schema(),
    randomErasing.schema(),
    mixup.schema(),
    cutmix.schema(),
    labelSmoothing.schema(),
    classWeights.schema(),
  ]))();

/** One operation, options with a default perhaps left out. */
export type OperationInput = Readonly<v.InferInput<typeof operationSchema>>;

/** One operation with its defaults put in. */
export type Operation = Readonly<v.InferOutput<typeof operationSchema>>;

/** Names of all operations, in the order in which they usually stand. */
export const OPERATION_NAMES = /* @__PURE__ */ Object.keys(KINDS) as readonly OperationName[];

/**
 * The operations with their defaults put in.
 *
 * @throws {SettingError} naming the first setting that is wrong
 */
export function checkOperations(operations: unknown, name = 'augment'): readonly Operation[] {
  return checkSettings(v.array(operationSchema), operations, name);
}

/** How an operation is done. */
export function compileOperation(operation: Operation, context: PipelineContext): Step {
  const kind = KINDS[operation.op] as OperationKind<v.GenericSchema>;
  return kind.compile(operation, context);
}
