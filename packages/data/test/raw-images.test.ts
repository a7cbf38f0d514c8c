import { readdir, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { cacheDirectory } from '@alexnet/files/node';
import { describe, expect, it } from 'vitest';
import { openRawImages, writeRawImages } from '../src/sources/emoji/raw-images.js';
import { renderEmoji } from '../src/sources/emoji/render-emoji.js';
import { temporaryFolder } from './source-helpers.js';

const records = [
  { id: 'a', label: 1 },
  { id: 'b', label: 0 },
];
const pixels = Uint8Array.from({ length: 2 * 4 * 4 * 3 }, (_, i) => i);

describe('prepared images', () => {
  it('come back as they were written, also when two write at once', async () => {
    const path = join(await temporaryFolder(), 'below', 'key');
    expect(await openRawImages(path)).toBeNull();
    await Promise.all([1, 2, 3].map(() => writeRawImages(path, 4, records, pixels)));
    const raw = await openRawImages(path);
    expect(raw).toMatchObject({ side: 4, records });
    const read = await raw?.handle.read(new Uint8Array(96), 0, 96, 0);
    expect(read?.buffer).toEqual(pixels);
    await raw?.handle.close();
    expect(await readdir(join(path, '..'))).toEqual(['key.json', 'key.rgb']);
  });

  it('are not used when cut short or altered', async () => {
    const path = join(await temporaryFolder(), 'key');
    await writeRawImages(path, 4, records, pixels);
    await truncate(`${path}.rgb`, 95);
    expect(await openRawImages(path)).toBeNull();
    await writeFile(`${path}.rgb`, Uint8Array.from(pixels).reverse());
    expect(await openRawImages(path)).toBeNull();
    await writeFile(`${path}.rgb`, pixels);
    await writeFile(`${path}.json`, '{"version":2,');
    expect(await openRawImages(path)).toBeNull();
  });

  it('say where they could not be written', async () => {
    const folder = await temporaryFolder();
    await writeFile(join(folder, 'file'), '');
    const path = join(folder, 'file', 'key');
    await expect(writeRawImages(path, 4, records, pixels)).rejects.toThrow(
      `cannot write ${path}.rgb: `,
    );
  });
});

describe('renderEmoji', () => {
  const icon = (body: string, width: number) =>
    ({ set: 'test', name: 'square', group: 0, body, box: [0, 0, width, 10] }) as const;

  it('draws on white, centerd, and counts', async () => {
    const red = '<path fill="#f00" d="M0 0h20v10H0z"/>';
    const progress: string[] = [];
    const rendered = await renderEmoji([icon('', 10), icon(red, 20)], {
      onProgress: (done, total) => progress.push(`${done}/${total}`),
    });
    const pixel = (row: number, y: number) => {
      const at = ((row * 112 + y) * 112 + 56) * 3;
      return [...rendered.subarray(at, at + 3)];
    };
    expect(pixel(0, 56)).toEqual([255, 255, 255]);
    expect([pixel(1, 14), pixel(1, 56), pixel(1, 98)]).toEqual([
      [255, 255, 255],
      [255, 0, 0],
      [255, 255, 255],
    ]);
    expect(progress).toEqual(['1/2', '2/2']);
  });

  it('names an icon that cannot be drawn', async () => {
    await expect(renderEmoji([icon('<path d="', 10)])).rejects.toThrow(
      /^cannot render emoji test\/square: /,
    );
  });
});

describe('cacheDirectory', () => {
  it('is what is asked for, else ALEXNET_CACHE_DIR, else the system’s', () => {
    const before = process.env.ALEXNET_CACHE_DIR;
    try {
      process.env.ALEXNET_CACHE_DIR = '/from/environment';
      expect(cacheDirectory('/asked/for')).toBe('/asked/for');
      expect(cacheDirectory()).toBe('/from/environment');
      delete process.env.ALEXNET_CACHE_DIR;
      expect(cacheDirectory()).toMatch(/alexnet/);
    } finally {
      if (before !== undefined) process.env.ALEXNET_CACHE_DIR = before;
      else delete process.env.ALEXNET_CACHE_DIR;
    }
  });
});
