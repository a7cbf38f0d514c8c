import { existsSync, rmSync } from 'node:fs';
import { withLock } from '@alexnet/files/node';
import { type BuiltAddon, builtAddons } from './built-addon.js';
import { tensorflowDirectory } from './cache-directory.js';

/**
 * Deletes built backends with their libraries and downloads: all of them, or those of one TensorFlow
 * version. Waits for a running installation. Returns what was removed.
 */
export async function removeTensorflow(
  options: {
    readonly version?: string;
    readonly cacheDir?: string;
    readonly signal?: AbortSignal;
  } = {},
): Promise<readonly BuiltAddon[]> {
  const { version, cacheDir, signal } = options;
  const root = tensorflowDirectory(cacheDir);
  if (!existsSync(root)) return [];
  const removed = await withLock(root, signal, async () => {
    const builds = builtAddons(cacheDir).filter(
      (build) => version === undefined || build.tensorflow === version,
    );
    for (const { directory } of builds) rmSync(directory, { recursive: true });
    return builds;
  });
  // Old builds, downloads and leftovers too, once nothing is held.
  if (version === undefined) rmSync(root, { recursive: true, force: true });
  return removed;
}
