export {
  createLoader,
  type Loader,
  type LoaderBatch,
  type LoaderOptions,
} from './create-loader.js';
export type { WorkerDeath } from './worker-pool.js';
