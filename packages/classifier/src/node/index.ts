export * from '../shared.js';
export { findWeights, WEIGHTS_NAME } from './find-weights.js';
export { type ImageInput, loadClassifier, type WeightsInput } from './load-classifier.js';
export { type OpenedWeights, type OpenWeightsOptions, openWeights } from './open-weights.js';
export {
  type CachedWeights,
  cachedWeights,
  type FetchOptions,
  fetchWeights,
  isFetchable,
  type Measured,
  readMeasured,
  recordMeasured,
  removeWeights,
} from './weights-cache.js';
export { smallerWeights } from './weights-variant.js';
