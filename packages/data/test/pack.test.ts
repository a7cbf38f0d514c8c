import { readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { extract } from 'tar-stream';
import { describe, expect, it } from 'vitest';
import {
  createColorAccumulator,
  createMeanImageAccumulator,
  measureImageColors,
} from '../../augment/src/index.js';
import {
  openDataset,
  type PackOptions,
  packDataset,
  readPackIndex,
  readPackMeanImage,
  verifyPack,
} from '../src/index.js';
import { temporaryFolder, writeTree } from './source-helpers.js';

const measures = { createColorAccumulator, createMeanImageAccumulator };
const OPTIONS: PackOptions = { size: 16, perShard: 5, parallel: 3 };

/** Two classes of 12 images, 24 × 32 px, of one color each. */
async function sourceTree(extra: Record<string, string> = {}) {
  const files: Record<string, Uint8Array | string> = { ...extra };
  for (const [label, name] of ['cat', 'dog'].entries()) {
    for (let i = 0; i < 12; i++) {
      const background = { r: 20 * i, g: 100 * label, b: 77 };
      const image = sharp({ create: { width: 24, height: 32, channels: 3, background } });
      files[`${name}/${String(i).padStart(2, '0')}.png`] ??= await image.png().toBuffer();
    }
  }
  return writeTree(files);
}

async function openSource(extra: Record<string, string> = {}) {
  return openDataset(await sourceTree(extra), { validationShare: 0.25 });
}

async function contents(folder: string): Promise<Record<string, string>> {
  const names = (await readdir(folder)).sort();
  const files = names.map(async (name) => [name, await readFile(join(folder, name), 'latin1')]);
  return Object.fromEntries(await Promise.all(files));
}

describe('packDataset', () => {
  it('packs every image once and opens as the same dataset', async () => {
    const source = await openSource();
    const folder = await temporaryFolder();
    const progress: number[] = [];
    const onProgress = (done: number) => progress.push(done);
    const { index } = await packDataset(source, folder, measures, { ...OPTIONS, onProgress });
    expect(progress).toEqual(Array.from({ length: 24 }, (_, i) => i + 1));
    expect(index.shards.map(({ file, records }) => `${file} ${records.length}`)).toEqual([
      'train-000000.tar 5',
      'train-000001.tar 5',
      'train-000002.tar 5',
      'train-000003.tar 3',
      'validation-000000.tar 5',
      'validation-000001.tar 1',
    ]);

    const packed = await openDataset(folder);
    expect(packed.classNames).toEqual(['cat', 'dog']);
    expect(packed.name).toBe(source.name);
    const byId = (a: { id: string }, b: { id: string }) => (a.id < b.id ? -1 : 1);
    expect([...packed.train.records].sort(byId)).toEqual([...source.train.records].sort(byId));
    expect(packed.train.records.map(({ label }) => label)).not.toEqual(
      source.train.records.map(({ label }) => label),
    );
    expect(packed.validation.records).toEqual(source.validation.records);
    for (const [i, { id, label }] of packed.train.records.entries()) {
      const { width, height, data } = await packed.train.image(i);
      expect([width, height]).toEqual([16, 21]);
      const red = 20 * Number(id.slice(4, 6));
      for (const [c, level] of [red, 100 * label, 77].entries()) {
        expect(Math.abs((data[c] ?? -9) - level)).toBeLessThanOrEqual(3);
      }
    }
    await verifyPack(folder);
  });

  it('packs images that were repaired, and refuses a finished pack of images that changed', async () => {
    const root = await sourceTree();
    const image = join(root, 'cat/03.png');
    const good = await readFile(image);
    const pack = async (folder: string) => {
      const source = await openDataset(root, { validationShare: 0.25 });
      return packDataset(source, folder, measures, OPTIONS);
    };
    const whole = await temporaryFolder();
    await pack(whole);
    const folder = await temporaryFolder();
    for (const broken of [Buffer.from('no image'), Buffer.alloc(good.length)]) {
      await writeFile(image, broken);
      await expect(pack(folder)).rejects.toThrow('repair them');
    }
    await writeFile(image, good);
    const { resumed } = await pack(folder);
    expect(resumed).toBeLessThan(6);
    expect(await contents(folder)).toEqual(await contents(whole));
    await writeFile(image, Buffer.concat([good, good]));
    await expect(pack(folder)).rejects.toThrow('as they were before some changed in size');
  });

  it('measures colors and mean image of the training images', async () => {
    const source = await openSource();
    const folder = await temporaryFolder();
    const { index } = await packDataset(source, folder, measures, OPTIONS);
    const images = await Promise.all(source.train.records.map((_, i) => source.train.image(i)));
    const expected = measureImageColors(images);
    for (const c of [0, 1, 2]) expect(index.colors.mean[c]).toBeCloseTo(expected.mean[c] ?? 0, 8);
    expect(index.colors.eigenvalues[0]).toBeCloseTo(expected.eigenvalues[0], 6);
    expect(index.colors.pixels).toBe(18 * 16 * 21);
    const mean = await readPackMeanImage(folder);
    expect(mean.data).toHaveLength(16 * 16 * 3);
    for (const c of [0, 1, 2]) expect(mean.data[300 + c]).toBeCloseTo(expected.mean[c] ?? 0, 4);
  });

  it('writes tar files other readers agree with, squares where asked to', async () => {
    const folder = await temporaryFolder();
    await packDataset(await openSource(), folder, measures, { ...OPTIONS, square: true });
    const names: string[] = [];
    const reader = extract();
    reader.end(await readFile(join(folder, 'train-000001.tar')));
    for await (const entry of reader) {
      names.push(entry.header.name);
      const chunks: Buffer[] = [];
      for await (const chunk of entry as AsyncIterable<Buffer>) chunks.push(chunk);
      const bytes = Buffer.concat(chunks);
      if (entry.header.name.endsWith('.cls')) expect(bytes.toString()).toMatch(/^[01]$/);
      else
        expect(await sharp(bytes).metadata()).toMatchObject({
          format: 'jpeg',
          width: 16,
          height: 16,
        });
    }
    expect(names.slice(0, 3)).toEqual(['000000005.jpg', '000000005.cls', '000000006.jpg']);
    expect(names).toHaveLength(10);
  });

  it('stores raw pixels as NumPy arrays, read without a loss, by index and as plain shards', async () => {
    const source = await openSource();
    const folder = await temporaryFolder();
    const raw = { ...OPTIONS, size: 24, format: 'raw' } as const;
    const { index } = await packDataset(source, folder, measures, raw);
    expect(index.images).toBe('raw');
    const packed = await openDataset(folder);
    const at = new Map(source.train.records.map(({ id }, i) => [id, i]));
    for (const [i, { id }] of packed.train.records.entries()) {
      const memory = new Uint8Array(9999);
      const stored = await packed.train.image(i, { into: () => memory });
      expect(stored.data.buffer).toBe(memory.buffer);
      const original = await source.train.image(at.get(id) ?? -1);
      expect({ ...stored, data: [...stored.data] }).toEqual({
        ...original,
        data: [...original.data],
      });
    }
    // As `numpy.lib.format` 1.0 writes it: pixels begin at byte 128.
    const bytes = await packed.train.bytes(0);
    expect(Buffer.from(bytes.subarray(0, 74)).toString('latin1')).toBe(
      "\x93NUMPY\x01\x00v\x00{'descr': '|u1', 'fortran_order': False, 'shape': (32, 24, 3), }",
    );
    expect([bytes[127], bytes.length]).toEqual([0x0a, 128 + 32 * 24 * 3]);
    await packed.close();

    const shard = await openDataset(join(folder, 'train-000000.tar'), { validationShare: 0 });
    expect(shard.train.records[0]?.label).toBe(packed.train.records[0]?.label);
    expect(await shard.train.bytes(0)).toEqual(bytes);
    await shard.close();
  });

  it('goes on where an earlier run stopped, to the same bytes', async () => {
    const source = await openSource();
    const whole = await temporaryFolder();
    await packDataset(source, whole, measures, OPTIONS);

    const folder = await temporaryFolder();
    const abort = new AbortController();
    const onProgress = (done: number) => {
      if (done === 13) abort.abort();
    };
    const stopped = packDataset(source, folder, measures, {
      ...OPTIONS,
      onProgress,
      signal: abort.signal,
    });
    await expect(stopped).rejects.toThrow('aborted');
    await expect(openDataset(folder)).rejects.toThrow('the pack is not finished');
    // A shard that went bad meanwhile is made again; one that is whole is kept.
    await truncate(join(folder, 'train-000000.tar'), 1000);
    const { resumed } = await packDataset(source, folder, measures, OPTIONS);
    expect(resumed).toBe(1);
    expect(await contents(folder)).toEqual(await contents(whole));
    expect((await packDataset(source, folder, measures, OPTIONS)).resumed).toBe(6);
  });

  it('skips and names broken images, and stops over the share allowed', async () => {
    const source = await openSource({ 'cat/03.png': 'not an image' });
    const folder = await temporaryFolder();
    await expect(packDataset(source, folder, measures, OPTIONS)).rejects.toThrow(
      '1 of 24 images cannot be decoded, the first being "cat/03.png"',
    );
    const { index } = await packDataset(source, folder, measures, {
      ...OPTIONS,
      maxBrokenShare: 0.05,
    });
    expect(index.shards.flatMap(({ broken }) => broken.map(({ id }) => id))).toEqual([
      'cat/03.png',
    ]);
    expect(index.shards.flatMap(({ records }) => records)).toHaveLength(23);
  });

  it('refuses a folder that holds something else', async () => {
    const source = await openSource();
    await expect(
      packDataset(source, await writeTree({ 'thesis.txt': '' }), measures, OPTIONS),
    ).rejects.toThrow('is not empty (found thesis.txt)');
    const folder = await temporaryFolder();
    await packDataset(source, folder, measures, OPTIONS);
    await expect(
      packDataset(source, folder, measures, { ...OPTIONS, quality: 50 }),
    ).rejects.toThrow('holds a pack of other images or with other options');
  });
});

describe('a pack that was damaged is refused, naming the shard', () => {
  async function packed() {
    const folder = await temporaryFolder();
    await packDataset(await openSource(), folder, measures, OPTIONS);
    return folder;
  }

  it('cut short or missing', async () => {
    const folder = await packed();
    await truncate(join(folder, 'train-000002.tar'), 512);
    await expect(openDataset(folder)).rejects.toThrow(/train-000002.tar has 512 bytes instead of/);
    await rm(join(folder, 'train-000002.tar'));
    await expect(openDataset(folder)).rejects.toThrow('lacks shard train-000002.tar');
  });

  it('altered', async () => {
    const folder = await packed();
    const path = join(folder, 'train-000001.tar');
    const bytes = await readFile(path);
    bytes[700] = (bytes[700] ?? 0) ^ 1;
    await writeFile(path, bytes);
    const dataset = await openDataset(folder);
    await expect(dataset.train.image(5)).rejects.toThrow(/train-000001.tar was altered/);
    expect((await dataset.train.image(6)).width).toBe(16);
    await expect(verifyPack(folder)).rejects.toThrow(/train-000001.tar was altered/);
  });

  it('an index that is not one', async () => {
    const folder = await packed();
    const path = join(folder, 'index.json');
    const index = JSON.parse(await readFile(path, 'utf8'));
    const [shard] = index.shards;
    const broken: [unknown, string][] = [
      ['{', 'not JSON'],
      [{ format: 'zip' }, 'another format'],
      [{ ...index, version: 2 }, 'version 2, this reader knows 1'],
      [{ ...index, shards: [{ ...shard, file: '../../etc/passwd' }] }, 'no plain name'],
      [{ ...index, classNames: undefined }, 'no class names'],
      [{ ...index, classNames: index.classNames.slice(0, 1) }, 'no class names'],
      [{ ...index, classNames: [1, 2] }, 'no class names'],
      [{ ...index, classIds: ['a'] }, 'class ids that do not fit the names'],
      [{ ...index, shards: {} }, 'no shards'],
      [{ ...index, shards: [{ ...shard, bytes: 0.5 }] }, 'are damaged'],
      ...[
        ['a', 9, 0, 1, 0],
        ['a', index.classNames.length, 0, 1, 0],
        ['a', 0, 0, 1e12, 0],
        ['a', 0, -1, 1, 0],
        ['a', 0, shard.bytes, 1, 0],
        ['a', 0, 0, 1.5, 0],
        ['a', 0, 0, 1],
        ['a', 0, 0, 1, 0, 0],
        [7, 0, 0, 1, 0],
        'a0010',
      ].map((row): [unknown, string] => [
        { ...index, shards: [{ ...shard, records: [row] }] },
        'are damaged',
      ]),
    ];
    for (const [value, message] of broken) {
      await writeFile(path, typeof value === 'string' ? value : JSON.stringify(value));
      await expect(readPackIndex(folder)).rejects.toThrow(message);
    }
  });
});
