export type { CropBox, RgbImage } from '@alexnet/files/image';
export type { Batch, SkippedImage } from './batch/batch.js';
export type { WholeBatch } from './batch/finish-share.js';
export {
  type ByteMaker,
  type ExampleMaker,
  type ImageSource,
  type MakeBatchOptions,
  type MakeByteBatchOptions,
  makeBatch,
  makeByteBatch,
} from './batch/make-batch.js';
export { pixelsOf } from './batch/pixels-of.js';
export { bytePreparation, type PreparationOptions, preparation } from './batch/preparation.js';
export { type Place, shareOf, sliceBatch } from './batch/share.js';
export { countClasses } from './class-counts.js';
export type { ColorForm } from './color-noise.js';
export {
  type ColorAccumulator,
  type ColorStatistics,
  type ColorSums,
  createColorAccumulator,
  measureImageColors,
} from './color-statistics.js';
export { centerCrop, cropImage } from './crop-image.js';
export type { Matrix3, Vector3 } from './eigen-symmetric.js';
export { createEpochOrder } from './epoch-order.js';
export { flipImage } from './flip-image.js';
export type { ImageSize } from './image-size.js';
export { createMeanImageAccumulator, type MeanImageAccumulator } from './mean-image.js';
export type { ChannelAffine, CropWriter, NormalizedCrop } from './normalize-crop.js';
export {
  augmentImage,
  type BatchKey,
  createPipeline,
  type Pipeline,
} from './pipeline/create-pipeline.js';
export {
  checkOperations,
  OPERATION_NAMES,
  type Operation,
  type OperationInput,
  type OperationName,
  operationSchema,
} from './pipeline/operations.js';
export type { SampleState } from './pipeline/sample-state.js';
export type { PipelineContext } from './pipeline/step.js';
export { prepareImage } from './prepare-image.js';
export { prepareTenCrop } from './prepare-ten-crop.js';
export {
  type ResizeMethod,
  resizeAs,
  resizedSize,
  resizeImage,
  resizeShorterSide,
} from './resize-image.js';
export { createRng, type Rng } from './rng.js';
export { SettingError } from './settings/check-settings.js';
