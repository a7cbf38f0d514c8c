export {
  type Activation,
  type ClassAnswer,
  type Classifier,
  type ClassifyOptions,
  classNamesOf,
  createClassifier,
  requirePreprocessing,
} from './classifier.js';
export { ClassifierError, type ClassifierErrorCode } from './classifier-error.js';
export type { LoadOptions } from './load-options.js';
export { isPixels, type Pixels, rgbOfPixels } from './pixels.js';
export {
  findPublished,
  type MeanFile,
  PUBLISHED_WEIGHTS,
  type PublishedName,
  type PublishedWeights,
} from './published/catalog.js';
export { completePublished } from './published/complete-published.js';
export {
  type KnownPreprocessing,
  knownPreprocessing,
  torchvisionPreprocessing,
} from './published/known-preprocessing.js';
export { expects, modelCard } from './published/model-card.js';
export { SMALLER_DTYPES, type SmallerDtype, variantName } from './published/variant.js';
