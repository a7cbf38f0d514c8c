import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { decodeImage, openDataset } from '../src/index.js';
import { temporaryFolder } from './source-helpers.js';

describe('emoji', () => {
  it('is rendered once, by two openers at a time, and read from the cache after that', async () => {
    const cacheDir = await temporaryFolder();
    let rendered = 0;
    const onProgress = () => {
      rendered++;
    };
    const both = await Promise.all([
      openDataset('emoji', { cacheDir, onProgress }),
      openDataset('emoji', { cacheDir, onProgress }),
    ]);
    expect(rendered).toBe(2 * 8573);
    const third = await openDataset('emoji', { cacheDir, onProgress });
    expect(rendered).toBe(2 * 8573);
    expect(await readdir(join(cacheDir, 'emoji'))).toHaveLength(2);

    expect([third.train.records.length, third.validation.records.length]).toEqual([6979, 1594]);
    expect(third.classNames).toHaveLength(9);
    const at = third.validation.records.findIndex(({ id }) => id === 'fluent-emoji-flat/crab');
    expect(third.validation.records[at]?.label).toBe(2);
    const crab = await third.validation.image(at);
    expect([crab.width, crab.height]).toEqual([112, 112]);
    expect([...crab.data.subarray(0, 3)]).toEqual([255, 255, 255]);
    // Fluent's crab is red.
    const center = (56 * 112 + 56) * 3;
    const [r = 0, g = 0] = crab.data.subarray(center);
    expect(r).toBeGreaterThan(g + 60);
    const encoded = await third.validation.bytes(at);
    expect(new Uint8Array((await decodeImage(encoded)).data)).toEqual(crab.data);
    await expect(third.train.image(6979)).rejects.toThrow(RangeError);
    await Promise.all([...both, third].map((dataset) => dataset.close()));
  });

  it('stops when aborted, leaving no half cache', async () => {
    const cacheDir = await temporaryFolder();
    const abort = new AbortController();
    const onProgress = (done: number) => {
      if (done === 50) abort.abort();
    };
    await expect(
      openDataset('emoji', { cacheDir, onProgress, signal: abort.signal }),
    ).rejects.toThrow('aborted');
    expect(await readdir(cacheDir)).toEqual([]);
  });
});
