export {
  findPublished,
  type MeanFile,
  PUBLISHED_WEIGHTS,
  type PublishedName,
  type PublishedWeights,
} from './published/catalog.js';
export { completePublished, expects, modelCard } from './published/describe.js';
