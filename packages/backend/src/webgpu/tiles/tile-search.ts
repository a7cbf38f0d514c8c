import type { WebgpuBackend } from '../kernels/program.js';
import {
  DEFAULT_TILE,
  type Tile,
  type TileChoice,
  type TileQuestion,
  tileName,
} from '../kernels/tile.js';
import type { TfjsWebgpu } from '../tfjs-webgpu.js';
import { measureTiles } from './measure-tiles.js';
import { type FoundTile, formatTiles, parseTiles, type TileStore } from './tile-record.js';
import type { TileTimer } from './tile-timer.js';
import { tryTiles } from './try-tiles.js';

/** Tiles that are found by running them. */
export interface TileSearch extends TileChoice {
  /** By what they are timed; another may take its place. */
  timer: TileTimer;
  readonly store: TileStore;
  /** What is known, by product. */
  readonly found: ReadonlyMap<string, FoundTile>;
  /**
   * Measures the products that were met and are not known, compares the tiles that were not yet, and keeps
   * what was found. Never throws.
   */
  settle(): Promise<void>;
}

/**
 * Answers with what was found on this adapter before, and with the default for a product met the first time, which
 * is measured when somebody waits for a result next.
 *
 * @param adapter names it, and its driver
 * @param namesDriver or does not, as in most pages: then another driver may have found what was kept, and a tile is
 *   taken once its result was compared with the default's
 */
export async function createTileSearch(
  backend: WebgpuBackend & TfjsWebgpu,
  adapter: string,
  store: TileStore,
  timer: TileTimer,
  namesDriver = true,
): Promise<TileSearch> {
  const read = async () => parseTiles(await store.read().catch(() => null), adapter);
  const found = await read();
  const chosen = new Map<string, Tile>();
  const met = new Map<string, TileQuestion>();
  let isSearching = false;
  let version = 0;

  /** Where there is one that the product can have: what was read may name any. */
  const knownTile = ({ key, tiles }: TileQuestion): Tile | undefined => {
    const name = found.get(key)?.tile;
    return name === undefined ? undefined : tiles().find((tile) => tileName(tile) === name);
  };
  const isRight = async (question: TileQuestion, tile: Tile) => {
    const check = tryTiles(backend, question, (trial) => trial.isRight(tile));
    return (await check.catch(() => null)) === true;
  };
  const measure = async (question: TileQuestion): Promise<Tile> => {
    const best = await measureTiles(backend, question, tileSearch.timer).catch(() => null);
    if (!best) return DEFAULT_TILE;
    found.set(question.key, best);
    return knownTile(question) ?? DEFAULT_TILE;
  };
  const measureAll = async () => {
    for (const [key, question] of met) {
      const known = knownTile(question);
      const isKnown = known !== undefined && (await isRight(question, known));
      const tile = isKnown ? known : await measure(question);
      if (tile !== DEFAULT_TILE) version++;
      chosen.set(key, tile);
      met.delete(key);
    }
    // Another process may have found others meanwhile.
    const kept = new Map([...(await read()), ...found]);
    await store.write(formatTiles(adapter, kept)).catch(() => undefined);
  };
  const tileSearch: TileSearch = {
    timer,
    store,
    found,
    get version() {
      return version;
    },
    tileFor(question) {
      const { key } = question;
      const known = knownTile(question);
      const isTrusted = namesDriver || known === DEFAULT_TILE;
      const tile = chosen.get(key) ?? (isTrusted ? known : undefined);
      if (!tile) met.set(key, question);
      else chosen.set(key, tile);
      return tile ?? DEFAULT_TILE;
    },
    async settle() {
      if (isSearching || met.size === 0) return;
      isSearching = true;
      try {
        // A lost device may never answer.
        await Promise.race([measureAll(), backend.device.lost]);
      } finally {
        isSearching = false;
      }
    },
  };
  return tileSearch;
}
