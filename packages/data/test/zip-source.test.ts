import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openDataset } from '../src/index.js';
import { makeZip } from './make-zip.js';
import { classTree, grayPng, temporaryFolder } from './source-helpers.js';

async function writeZip(...zip: Parameters<typeof makeZip>): Promise<string> {
  const path = join(await temporaryFolder(), 'set.zip');
  await writeFile(path, makeZip(...zip));
  return path;
}

/** Tiny-ImageNet as its zip has it: class folders with images/ and box files, one folder of val. */
async function tinyImageNet(): Promise<Record<string, Uint8Array | string>> {
  const files: Record<string, Uint8Array | string> = {
    'tiny-imagenet-200/': '',
    'tiny-imagenet-200/words.txt': 'n01\tgoldfish, Carassius auratus\nn02\ttailed frog\nn99\tother',
    'tiny-imagenet-200/val/val_annotations.txt':
      'val_0.JPEG\tn02\t0\t0\t9\t9\nval_1.JPEG\tn01\t1\t1\t9\t9\n',
    'tiny-imagenet-200/val/images/val_0.JPEG': await grayPng(200),
    'tiny-imagenet-200/val/images/val_1.JPEG': await grayPng(201),
    'tiny-imagenet-200/test/images/test_0.JPEG': await grayPng(9),
  };
  for (const [label, wnid] of ['n01', 'n02'].entries()) {
    files[`tiny-imagenet-200/train/${wnid}/${wnid}_boxes.txt`] = 'n01_0.JPEG\t0\t0\t9\t9\n';
    for (let i = 0; i < 3; i++) {
      files[`tiny-imagenet-200/train/${wnid}/images/${wnid}_${i}.JPEG`] = await grayPng(
        50 * label + i,
      );
    }
  }
  return files;
}

describe('zip files', () => {
  it('reads Tiny-ImageNet as distributed', async () => {
    const dataset = await openDataset(await writeZip(await tinyImageNet()));
    expect(dataset.classNames).toEqual(['goldfish, Carassius auratus', 'tailed frog']);
    expect(dataset.train.records).toHaveLength(6);
    expect(dataset.train.records[4]).toEqual({
      id: 'train/n02/images/n02_1.JPEG',
      label: 1,
    });
    expect((await dataset.train.image(4)).data[0]).toBe(51);
    expect(dataset.validation.records.map(({ label }) => label)).toEqual([1, 0]);
    expect((await dataset.validation.image(1)).data[0]).toBe(201);
    await dataset.close();
  });

  it('reads deflated images of class folders', async () => {
    const zip = await writeZip(await classTree(['cat', 'dog'], 3));
    const dataset = await openDataset(zip, { validationShare: 0 });
    const levels = await Promise.all(dataset.train.records.map((_, i) => dataset.train.image(i)));
    expect(levels.map(({ data }) => data[0])).toEqual([0, 1, 2, 50, 51, 52]);
    await dataset.close();
  });

  it.each<[string, Parameters<typeof makeZip>[1], string]>([
    ['a wrong checksum', { 'a/0.png': { crc: 1 } }, 'a/0.png is damaged: its checksum is wrong'],
    ['more than it says', { 'a/0.png': { size: 5 } }, 'a/0.png is damaged: it does not decompress'],
    ['less than it says', { 'a/0.png': { size: 9e6 } }, 'a/0.png is damaged: its checksum'],
    ['an absurd size', { 'a/0.png': { size: 2 ** 31 } }, 'a/0.png is damaged: it says it has'],
  ])('refuses an image with %s when it is read', async (_, lies, message) => {
    const zip = await writeZip(await classTree(['a', 'b'], 1), lies);
    const dataset = await openDataset(zip, { validationShare: 0 });
    await expect(dataset.train.image(0)).rejects.toThrow(message);
    expect((await dataset.train.image(1)).data[0]).toBe(50);
    await dataset.close();
  });

  it.each<[string, Parameters<typeof makeZip>[1], string]>([
    ['an unknown method', { 'a/0.png': { method: 99 } }, 'compressed by method 99'],
    ['a link', { 'a/0.png': { mode: 0o120777 } }, 'image "a/0.png" is a link'],
  ])('refuses %s when it is opened', async (_, lies, message) => {
    const zip = await writeZip(await classTree(['a', 'b'], 1), lies);
    await expect(openDataset(zip)).rejects.toThrow(message);
  });

  it('refuses names that leave the archive, and archives cut short', async () => {
    const outside = await writeZip({ '../a/0.png': await grayPng(1) });
    await expect(openDataset(outside)).rejects.toThrow(
      'is refused: an entry name leaves the archive',
    );
    const cut = join(await temporaryFolder(), 'cut.zip');
    await writeFile(cut, makeZip(await classTree(['a', 'b'], 3)).subarray(0, -30));
    await expect(openDataset(cut)).rejects.toThrow('is not a whole zip file');
  });
});
