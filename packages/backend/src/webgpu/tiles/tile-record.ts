/** What was found for one product. */
export interface FoundTile {
  /** One of the tiles products are written for, by name. */
  readonly tile: string;
  /** Of the product with that tile, and with the default. */
  readonly milliseconds: number;
  readonly ofDefault: number;
}

/** By the name of the product. */
export type FoundTiles = Map<string, FoundTile>;

/** Where a device's tiles are kept. What goes wrong there costs another search, and nothing else. */
export interface TileStore {
  /** For people. */
  readonly where: string;
  read(): Promise<string | null>;
  write(text: string): Promise<void>;
}

/** Of the products' programs: grows when they change, and what was measured before is measured anew. */
const KERNELS = 1;
/** Products kept, the newest. */
const MOST = 1000;
/** Longer texts are nobody's tiles. */
const LONGEST = 2 ** 20;

export function formatTiles(adapter: string, found: FoundTiles): string {
  const tiles = [...found].slice(-MOST);
  return `${JSON.stringify({ kernels: KERNELS, adapter, tiles }, null, 1)}\n`;
}

/**
 * The tiles of an adapter from a text that anybody may have written; none where it is another adapter's or another
 * version's, or is damaged. Whether a tile is one that the product can have is to be asked when it is wanted.
 */
export function parseTiles(text: string | null, adapter: string): FoundTiles {
  const none: FoundTiles = new Map();
  if (text === null || text.length > LONGEST) return none;
  try {
    const { kernels, adapter: of, tiles } = JSON.parse(text);
    const isOurs = kernels === KERNELS && of === adapter && Array.isArray(tiles);
    if (!isOurs || tiles.length > MOST || !tiles.every(isEntry)) return none;
    return new Map(
      tiles.map(([key, { tile, milliseconds, ofDefault }]) => [
        key,
        { tile, milliseconds, ofDefault },
      ]),
    );
  } catch {
    return none;
  }
}

function isEntry(entry: unknown): entry is [string, FoundTile] {
  if (!Array.isArray(entry) || entry.length !== 2) return false;
  const [key, found] = entry;
  if (typeof key !== 'string' || typeof found !== 'object' || found === null) return false;
  const { tile, milliseconds, ofDefault } = found as Record<string, unknown>;
  const isTime = (value: unknown) => typeof value === 'number' && value >= 0;
  return typeof tile === 'string' && isTime(milliseconds) && isTime(ofDefault);
}
