import { createHash } from 'node:crypto';
import { mkdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { cacheDirectory, writeAtomically } from '@alexnet/files/node';
import { BackendError } from '../backend-error.js';
import type { TileSource } from '../webgpu/tiles/search-tiles.js';
import type { TileStore } from '../webgpu/tiles/tile-record.js';
import { clockTimer, timestampTimer } from '../webgpu/tiles/tile-timer.js';

/** A file for each adapter in the cache folder. */
function tileFile(adapter: string): TileStore {
  const name = createHash('sha256').update(adapter).digest('hex').slice(0, 16);
  const path = join(cacheDirectory(), 'webgpu-tiles', `${name}.json`);
  return {
    where: path,
    read: () => readFile(path, 'utf8'),
    async write(text) {
      await mkdir(dirname(path), { recursive: true });
      await writeAtomically(path, text);
    },
  };
}

/**
 * By timestamps where the device has them. ALEXNET_WEBGPU_TILES is `search`, on software adapters too, or
 * `default`, without a search.
 *
 * @throws BackendError `unavailable` where it is anything else
 */
export function tileSource(): TileSource {
  const asked = process.env.ALEXNET_WEBGPU_TILES || undefined;
  if (asked !== undefined && asked !== 'search' && asked !== 'default') {
    throw new BackendError(
      'unavailable',
      `ALEXNET_WEBGPU_TILES is "${asked}" and has to be search or default`,
    );
  }
  return {
    storeOf: tileFile,
    timerOf: (backend) =>
      backend.device.features.has('timestamp-query')
        ? timestampTimer(backend)
        : clockTimer(backend),
    way: asked,
  };
}
