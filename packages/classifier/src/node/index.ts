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
