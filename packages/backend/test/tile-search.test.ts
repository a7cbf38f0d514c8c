import { describe, expect, it } from 'vitest';
import type { WebgpuBackend } from '../src/webgpu/kernels/program.js';
import {
  DEFAULT_TILE,
  TILES,
  type Tile,
  type TileQuestion,
  tileName,
} from '../src/webgpu/kernels/tile.js';
import type { TfjsWebgpu } from '../src/webgpu/tfjs-webgpu.js';
import { searchTiles, tileReportOf } from '../src/webgpu/tiles/search-tiles.js';
import { formatTiles, parseTiles } from '../src/webgpu/tiles/tile-record.js';
import { createTileSearch } from '../src/webgpu/tiles/tile-search.js';
import { openFakeWebgpu } from './fake-device.js';

const ADAPTER = '["vendor","architecture","device","driver 1"]';
const [, other = DEFAULT_TILE] = TILES;
const entry = { tile: tileName(other), milliseconds: 1, ofDefault: 2 };
const whole = formatTiles(ADAPTER, new Map([['product', entry]]));

/** A search on what a store holds, without a device. */
const searchOn = (text: string | null | Error) =>
  createTileSearch(
    {} as never,
    ADAPTER,
    {
      where: 'a test',
      read: () => (text instanceof Error ? Promise.reject(text) : Promise.resolve(text)),
      write: () => Promise.resolve(),
    },
    { name: 'no clock', start: () => Promise.reject(new Error('there is none')) },
  );

const question = (tiles: readonly Tile[], key = 'product') => ({
  key,
  shapes: [],
  tiles: () => tiles,
  run: () => {
    throw new Error('not here');
  },
});

describe('tiles that were kept', () => {
  it('come back as they were, the newest thousand', () => {
    expect(parseTiles(whole, ADAPTER)).toEqual(new Map([['product', entry]]));
    const many = new Map(Array.from({ length: 1001 }, (_, i) => [`product ${i}`, entry]));
    expect([...parseTiles(formatTiles(ADAPTER, many), ADAPTER).keys()].at(0)).toBe('product 1');
  });

  it.each([
    ['nothing', null],
    ['an empty text', ''],
    ['a truncated one', whole.slice(0, -20)],
    ['no object', '[]'],
    ['null', 'null'],
    ['another adapter', whole.replace('driver 1', 'driver 2')],
    ['other programs', whole.replace('"kernels": 1', '"kernels": 0')],
    ['a list of no pairs', JSON.stringify({ kernels: 1, adapter: ADAPTER, tiles: ['ab'] })],
    ['no times', whole.replace('"milliseconds": 1', '"milliseconds": "1"')],
    ['an endless text', `${whole}${' '.repeat(2 ** 20)}`],
  ])('are none in %s', (_, text) => {
    expect(parseTiles(text, ADAPTER).size).toBe(0);
  });

  it('leave what every object has alone', () => {
    const hostile = JSON.stringify({
      kernels: 1,
      adapter: ADAPTER,
      tiles: [['__proto__', { ...entry, polluted: true }]],
    });
    const found = parseTiles(hostile, ADAPTER);
    expect([...found.keys()]).toEqual(['__proto__']);
    expect(found.get('__proto__')).toEqual(entry);
    expect({}).not.toHaveProperty('polluted');
  });
});

describe('the choice of a tile', () => {
  it('is the one that was kept, at once', async () => {
    const { tileFor, version } = await searchOn(whole);
    expect(tileFor(question(TILES))).toBe(other);
    expect(version).toBe(0);
  });

  it.each([
    ['of a product that was never met', question(TILES, 'another'), whole],
    ['that the product cannot have here', question([DEFAULT_TILE]), whole],
    ['that nobody knows', question(TILES), whole.replace(entry.tile, '7x7x7_7x7')],
    ['that cannot be read', question(TILES), new Error('no permission')],
  ])('is the default for one %s', async (_, asked, text) => {
    const { tileFor } = await searchOn(text);
    expect(tileFor(asked)).toBe(DEFAULT_TILE);
  });
});

describe('a tile that was kept where nobody knows by which driver', () => {
  /** A search on a device without a GPU, whose results never differ; with what was timed. */
  const begin = async (run: (tile: Tile) => void) => {
    const { tf } = await openFakeWebgpu();
    const backend = tf.backend() as unknown as WebgpuBackend & TfjsWebgpu;
    const timed: Tile[] = [];
    const timer = {
      name: 'a clock of the test',
      start(work: () => void, tile: Tile) {
        work();
        timed.push(tile);
        return Promise.resolve(1);
      },
    };
    const store = {
      where: 'a test',
      read: () => Promise.resolve(whole),
      write: () => Promise.resolve(),
    };
    const search = await createTileSearch(backend, ADAPTER, store, timer, false);
    const asked: TileQuestion = {
      key: 'product',
      shapes: [[4]],
      tiles: () => TILES,
      run(tile) {
        run(tile);
        return backend.makeTensorInfo([4], 'float32');
      },
    };
    return { search, asked, timed };
  };

  it('is taken once it computes what the default does, and is not measured again', async () => {
    const { search, asked, timed } = await begin(() => {});
    expect(search.tileFor(asked)).toBe(DEFAULT_TILE);
    await search.settle();
    expect(search.tileFor(asked)).toBe(other);
    expect([search.version, timed]).toEqual([1, []]);
  });

  it('gives way to another where it does not', async () => {
    const { search, asked, timed } = await begin((tile) => {
      if (tile === other) throw new Error('this driver does not take it');
    });
    search.tileFor(asked);
    await search.settle();
    expect(search.tileFor(asked)).toBe(DEFAULT_TILE);
    expect(timed.length).toBeGreaterThan(0);
    expect(timed).not.toContain(other);
  });
});

describe('a search', () => {
  const hardware = { vendor: 'vendor', architecture: 'architecture', description: 'driver 1' };
  const reportOn = async (info: object, way?: 'search' | 'default') => {
    const backend = {};
    const store = (where: string) => ({
      where,
      read: () => Promise.resolve(null),
      write: () => Promise.resolve(),
    });
    const timerOf = () => ({ name: 'a clock', start: () => Promise.resolve(1) });
    await searchTiles(backend as never, info, { storeOf: store, timerOf, way });
    return tileReportOf({ backend: () => backend } as never);
  };

  it('is had on hardware, kept apart by adapter and driver', async () => {
    const adapter = '["vendor","architecture","","driver 1"]';
    expect(await reportOn(hardware)).toEqual({
      remark: `searched for by a clock, kept in ${adapter}`,
      found: [],
    });
  });

  it.each([
    [{ description: 'SwiftShader driver-5.0.0' }, undefined, /^32x32.* as on every software/],
    [{ ...hardware, isFallbackAdapter: true }, undefined, /^32x32.* as on every software/],
    [hardware, 'default' as const, /^128x64.* as asked for/],
    [{ description: 'SwiftShader driver-5.0.0' }, 'search' as const, /searched for/],
  ])('on %o, asked for %s, says %s', async (info, way, remark) => {
    expect((await reportOn(info, way))?.remark).toMatch(remark);
  });

  it('is nothing of backends that were not opened here', () => {
    expect(tileReportOf({ backend: () => ({}) } as never)).toBeUndefined();
  });
});
