import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type Dataset, openDataset, type Split, UndecodableImageError } from '../src/index.js';
import { classTree, grayPng, makeTar, writeTree } from './source-helpers.js';

const ids = (split: Split) => split.records.map(({ id }) => id);

/** Gray level of every image, which `classTree` derives from class and number. */
async function levels(split: Split): Promise<number[]> {
  const images = split.records.map((_, i) => split.image(i));
  return (await Promise.all(images)).map(({ data }) => data[0] ?? -1);
}

async function openTree(
  files: Readonly<Record<string, Uint8Array | string>>,
  options?: Parameters<typeof openDataset>[1],
): Promise<Dataset> {
  return openDataset(await writeTree(files), options);
}

describe('a folder with train/ and val/', () => {
  it('labels by sorted folder name and decodes', async () => {
    const dataset = await openTree({
      ...(await classTree(['dog', 'cat'], 2, 'train/')),
      'train/cat/.DS_Store': 'x',
      'train/cat/notes.txt': 'x',
      'index.json': '{}',
      'val/cat/deep/in/9.png': await grayPng(9),
      'test/cat/1.png': await grayPng(1),
    });
    expect(dataset.classNames).toEqual(['cat', 'dog']);
    expect(dataset.train.records.map(({ id, label }) => `${id} ${label}`)).toEqual([
      'train/cat/0.png 0',
      'train/cat/1.png 0',
      'train/dog/0.png 1',
      'train/dog/1.png 1',
    ]);
    expect(await levels(dataset.train)).toEqual([50, 51, 0, 1]);
    expect(ids(dataset.validation)).toEqual(['val/cat/deep/in/9.png']);
    await expect(dataset.train.image(4)).rejects.toThrow('no image 4 in a split of 4');
  });

  it('reads names from classes.tsv, telling equal ones apart', async () => {
    const dataset = await openTree({
      ...(await classTree(['n1', 'n2', 'n3'], 1, 'set/train/')),
      ...(await classTree(['n1', 'n2', 'n3'], 1, 'set/validation/')),
      'set/classes.tsv': 'n1\tcrane\nn2\tgoldfish, Carassius auratus\nn3\tcrane\n',
    });
    const names = ['crane (n1)', 'goldfish, Carassius auratus', 'crane (n3)'];
    expect(dataset.classNames).toEqual(names);
  });

  it('reads Tiny-ImageNet as distributed', async () => {
    const files = {
      ...(await classTree(['n1/images', 'n2/images'], 1, 'tiny/train/')),
      'tiny/words.txt': 'n2\tcat\nn1\tdog\nn9\tnot here\n',
      'tiny/val/images/val_0.png': await grayPng(7),
      'tiny/val/val_annotations.txt': 'val_0.png\tn2\t0\t0\t3\t3\n',
    };
    const dataset = await openTree(files);
    expect(dataset.classNames).toEqual(['dog', 'cat']);
    expect(dataset.validation.records).toEqual([{ id: 'val/images/val_0.png', label: 1 }]);
    await expect(
      openTree({ ...files, 'tiny/val/val_annotations.txt': 'val_1.png\tn2\n' }),
    ).rejects.toThrow('line 1 names a missing image "val_1.png"');
  });

  it('throws an undecodable image with its record, and goes on', async () => {
    const dataset = await openTree({
      ...(await classTree(['cat', 'dog'], 2, 'train/')),
      ...(await classTree(['cat', 'dog'], 1, 'val/')),
      'train/cat/0.png': 'not an image',
    });
    const error = await dataset.train.image(0).catch((thrown) => thrown);
    expect(error).toBeInstanceOf(UndecodableImageError);
    expect(error.id).toBe('train/cat/0.png');
    expect((await dataset.train.image(1)).data[0]).toBe(1);
  });
});

describe('a folder of class folders', () => {
  it('holds out a tenth of every class, by seed, whatever else is there', async () => {
    const files = await classTree(['cat', 'dog'], 20);
    const first = await openTree(files, { splitSeed: 1 });
    expect(first.validation.records.map(({ label }) => label)).toEqual([0, 0, 1, 1]);
    expect(ids(first.train)).toHaveLength(36);
    expect([...ids(first.train), ...ids(first.validation)].sort()).toEqual(
      Object.keys(files).sort(),
    );
    const again = await openTree({ ...files, 'emu/1.png': '', 'emu/2.png': '' }, { splitSeed: 1 });
    expect(ids(again.validation).slice(0, 4)).toEqual(ids(first.validation));
    expect(ids((await openTree(files, { splitSeed: 2 })).validation)).not.toEqual(
      ids(first.validation),
    );
  });

  it('gives everything to one side when asked to', async () => {
    const files = await classTree(['cat', 'dog'], 1);
    expect(ids((await openTree(files, { validationShare: 1 })).train)).toEqual([]);
    expect(ids((await openTree(files, { validationShare: 0 })).validation)).toEqual([]);
    await expect(openTree(files)).rejects.toThrow('every class has one image');
    await expect(openTree(files, { validationShare: 20 })).rejects.toThrow('between 0 and 1');
  });

  it('follows symbolic links, and ends when they loop', async () => {
    const root = await writeTree(await classTree(['cat', 'dog'], 2, 'real/'));
    const linked = join(root, 'linked');
    await mkdir(linked);
    await symlink(join(root, 'real/cat'), join(linked, 'cat'));
    await symlink(join(root, 'real/dog'), join(linked, 'dog'));
    expect((await openDataset(linked)).train.records).toHaveLength(2);
    await symlink(join(root, 'linked'), join(root, 'real/cat/loop'));
    expect((await openDataset(linked)).classNames).toEqual(['cat', 'dog']);
  });
});

describe('a source that cannot be used gets one clear line', () => {
  const png = new Uint8Array();
  it.each([
    ['nothing', {}, 'holds no class folders (found nothing)'],
    ['images only', { '1.png': png, '2.png': png }, 'no class folders (found 1.png, 2.png)'],
    ['one class', { 'cat/1.png': png }, 'holds one class only, "cat"'],
    ['an empty class', { 'cat/1.png': png, 'dog/': '' }, 'dog holds no image (found nothing)'],
    ['no images', { 'cat/1.png': png, 'dog/a.txt': '' }, 'dog holds no image (found a.txt)'],
    [
      'a stranger in val/',
      { 'train/a/1.png': png, 'train/b/1.png': png, 'val/a/1.png': png, 'val/c/1.png': png },
      'has a class "c" that train/ lacks',
    ],
    ['bad names', { 'a/1.png': png, 'b/1.png': png, 'classes.tsv': 'a b\n' }, 'line 1 is not'],
  ])('%s', async (_, files, message) => {
    const error = await openTree(files).catch((thrown) => thrown);
    expect(error.name).toBe('DatasetError');
    expect(error.message).toContain(message);
    expect(error.message).not.toContain('\n');
  });

  it('a name nobody knows', async () => {
    await expect(openDataset('cifar11')).rejects.toThrow(
      'no such data source: "cifar11" is neither a folder or file here nor a known name',
    );
  });

  it('an aborted signal', async () => {
    const root = await writeTree(await classTree(['cat', 'dog'], 2));
    await expect(openDataset(root, { signal: AbortSignal.abort() })).rejects.toThrow('aborted');
  });
});

describe('the same set as folder and as tar', () => {
  it('is the same dataset', async () => {
    const files = await classTree(['cat', 'dog'], 12);
    const root = await writeTree(files);
    await writeFile(join(root, 'set.tar'), await makeTar(files));
    await mkdir(join(root, 'other'));
    const folder = await openTree(files, { splitSeed: 3 });
    const tar = await openDataset(join(root, 'set.tar'), { splitSeed: 3 });
    expect(tar.train.records).toEqual(folder.train.records);
    expect(tar.validation.records).toEqual(folder.validation.records);
    expect(await levels(tar.train)).toEqual(await levels(folder.train));
    await tar.close();
  });
});
