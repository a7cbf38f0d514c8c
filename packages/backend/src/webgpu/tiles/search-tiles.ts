import type { Tf } from '../../selection/tf.js';
import { isSoftware } from '../adapter.js';
import type { WebgpuBackend } from '../kernels/program.js';
import { DEFAULT_TILE, SOFTWARE_TILE, tileName } from '../kernels/tile.js';
import type { TfjsWebgpu } from '../tfjs-webgpu.js';
import type { AdapterInfo } from '../webgpu-types.js';
import { fixedTile } from './fixed-tile.js';
import type { FoundTile, TileStore } from './tile-record.js';
import type { TileSearch } from './tile-search.js';
import type { TileTimer } from './tile-timer.js';

/** How products find their tiles. */
export interface TileSource {
  /** Where tiles of an adapter are kept. */
  readonly storeOf: (adapter: string) => TileStore;
  readonly timerOf: (backend: TfjsWebgpu) => TileTimer;
  /** `search` and `default` whatever the adapter; left out: a search on hardware. */
  readonly way?: 'search' | 'default' | undefined;
}

/** Which tiles the products of a WebGPU backend have, as plain data. */
export interface TileReport {
  /** Where they are kept and how they are found, or why the default is taken, in one line. */
  readonly remark: string;
  /** What is known of this adapter so far. */
  readonly found: readonly ({ readonly product: string } & FoundTile)[];
}

/** Lets the products of a backend have tiles that are searched for. */
export async function searchTiles(
  backend: WebgpuBackend & TfjsWebgpu,
  info: AdapterInfo,
  { storeOf, timerOf, way }: TileSource,
): Promise<void> {
  if (way === 'default' || (way === undefined && isSoftware(info))) {
    const [tile, remark] = way
      ? [DEFAULT_TILE, 'the default, as asked for']
      : [SOFTWARE_TILE, 'as on every software adapter'];
    Object.assign(backend, {
      tiles: fixedTile(tile),
      tileRemark: `${tileName(tile)}, ${remark}`,
    });
    return;
  }
  // No page without a GPU has to load it.
  const { createTileSearch } = await import('./tile-search.js');
  const { vendor = '', architecture = '', device = '', description = '' } = info;
  const adapter = JSON.stringify([vendor, architecture, device, description]);
  const store = storeOf(adapter);
  const namesDriver = description !== '';
  const tiles = await createTileSearch(backend, adapter, store, timerOf(backend), namesDriver);
  Object.assign(backend, { tiles });
  const { whenSound } = backend;
  // A result is waited for anyway, and no tape is being recorded.
  backend.whenSound = async (reading) => {
    const values = await (whenSound?.(reading) ?? reading);
    await tiles.settle();
    return values;
  };
}

/** Of the current backend; undefined where it is not WebGPU or was not opened here. */
export function tileReportOf(tf: Tf): TileReport | undefined {
  const backend = tf.backend() as { tiles?: TileSearch; tileRemark?: string };
  const { tiles, tileRemark } = backend;
  if (tileRemark !== undefined) return { remark: tileRemark, found: [] };
  if (!tiles) return undefined;
  const remark = `searched for by ${tiles.timer.name}, kept in ${tiles.store.where}`;
  return { remark, found: [...tiles.found].map(([product, one]) => ({ product, ...one })) };
}
