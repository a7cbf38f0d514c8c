import { join } from 'node:path';
import envPaths from 'env-paths';

/** Where built backends live: `override`, else ALEXNET_CACHE_DIR, else the user's cache folder. */
export function cacheDirectory(override?: string): string {
  return override || process.env.ALEXNET_CACHE_DIR || envPaths('alexnet', { suffix: '' }).cache;
}

/** The folder of built TensorFlow addons, one sub-folder per version. */
export function tensorflowDirectory(override?: string): string {
  return join(cacheDirectory(override), 'tensorflow');
}
