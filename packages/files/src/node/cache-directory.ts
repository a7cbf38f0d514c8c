import envPaths from 'env-paths';

/**
 * Where prepared files are kept: `override`, else the environment variable `ALEXNET_CACHE_DIR`,
 * else the system's cache folder for `alexnet` (`~/.cache/alexnet` on Linux).
 */
export function cacheDirectory(override?: string): string {
  return override ?? (process.env.ALEXNET_CACHE_DIR || envPaths('alexnet', { suffix: '' }).cache);
}
