import { DEFAULT_TILE, type Tile, type TileChoice } from '../kernels/tile.js';

/** One tile for every product that can have it, the default for the others. */
export function fixedTile(tile: Tile): TileChoice {
  const known = new Map<string, Tile>();
  return {
    version: 0,
    tileFor({ key, tiles }) {
      const taken = known.get(key) ?? (tiles().includes(tile) ? tile : DEFAULT_TILE);
      known.set(key, taken);
      return taken;
    },
  };
}
