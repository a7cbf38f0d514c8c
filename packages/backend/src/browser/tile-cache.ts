import type { TileSource } from '../webgpu/tiles/search-tiles.js';
import type { TileStore } from '../webgpu/tiles/tile-record.js';
import { clockTimer } from '../webgpu/tiles/tile-timer.js';

const CACHE = 'alexnet-webgpu-tiles';

/** An entry for each adapter in the storage of the page's origin, which its workers share. */
function tileCache(adapter: string): TileStore {
  // Entries have addresses; this one leads nowhere.
  const key = `/.${CACHE}/${encodeURIComponent(adapter)}`;
  return {
    where: `the browser's cache ${CACHE}`,
    async read() {
      const kept = await (await caches.open(CACHE)).match(key);
      return kept ? kept.text() : null;
    },
    write: async (text) => (await caches.open(CACHE)).put(key, new Response(text)),
  };
}

/** A page's timestamps are too coarse for a product, 0.1 ms, and the clock is not. */
export const tileSource: TileSource = { storeOf: tileCache, timerOf: clockTimer };
