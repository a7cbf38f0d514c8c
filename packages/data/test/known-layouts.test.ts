import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync, gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { readTarIndex } from '../src/archives/tar-index.js';
import { decodeImage, openDataset, type Split } from '../src/index.js';
import { grayPng, makeTar, memoryTree, temporaryFolder, writeTree } from './source-helpers.js';

/** `count` CIFAR records: labels count up, red is the label, green the row, blue the column. */
function cifarBatch(count: number, labelBytes: number): Buffer {
  const records = Array.from({ length: count }, (_, label) => {
    const record = Buffer.alloc(labelBytes + 3072);
    record[labelBytes - 1] = label;
    for (let i = 0; i < 1024; i++) {
      record[labelBytes + i] = label;
      record[labelBytes + 1024 + i] = Math.floor(i / 32);
      record[labelBytes + 2048 + i] = i % 32;
    }
    return record;
  });
  return Buffer.concat(records);
}

describe('CIFAR, binary version', () => {
  const cifar10 = (count = 3): Record<string, Uint8Array | string> => ({
    ...Object.fromEntries(
      [1, 2, 3, 4, 5].map((n) => [
        `cifar-10-batches-bin/data_batch_${n}.bin`,
        cifarBatch(count, 1),
      ]),
    ),
    'cifar-10-batches-bin/test_batch.bin': cifarBatch(2, 1),
    'cifar-10-batches-bin/batches.meta.txt': 'airplane\nautomobile\nbird\n\n',
  });

  it('reads CIFAR-10 from the distributed tar.gz', async () => {
    const folder = await temporaryFolder();
    const path = join(folder, 'cifar-10-binary.tar.gz');
    await writeFile(path, gzipSync(await makeTar(cifar10())));
    const dataset = await openDataset(path, { cacheDir: join(folder, 'cache') });
    expect(dataset.classNames).toEqual(['airplane', 'automobile', 'bird']);
    expect([dataset.train.records.length, dataset.validation.records.length]).toEqual([15, 2]);
    expect(dataset.train.records[4]).toEqual({
      id: 'data_batch_2.bin#1',
      label: 1,
    });
    const { width, height, data } = await dataset.train.image(4);
    expect([width, height]).toEqual([32, 32]);
    const at = (5 * 32 + 9) * 3;
    expect([...data.subarray(at, at + 3)]).toEqual([1, 5, 9]);
    const png = await decodeImage(await dataset.train.bytes(4));
    expect(new Uint8Array(png.data)).toEqual(data);
    await dataset.close();
  });

  it('reads CIFAR-100 by its fine labels from a folder', async () => {
    const root = await writeTree({
      'train.bin': cifarBatch(4, 2),
      'test.bin': cifarBatch(1, 2),
      'fine_label_names.txt': 'apple\naquarium_fish\nbaby\nbear\n',
      'coarse_label_names.txt': 'fruit\n',
    });
    const dataset = await openDataset(root);
    expect(dataset.train.records.map(({ label }) => label)).toEqual([0, 1, 2, 3]);
    expect([...(await dataset.train.image(3)).data.subarray(0, 3)]).toEqual([3, 0, 0]);
    await dataset.close();
  });

  it('reads its folder beside the archive it was unpacked from', async () => {
    const beside = { '.DS_Store': 'x', 'cifar-10-binary.tar.gz': 'x' };
    const dataset = await openDataset(await writeTree({ ...cifar10(), ...beside }));
    expect(dataset.train.records).toHaveLength(15);
    await dataset.close();
  });

  it('refuses a batch that is missing, cut short or mislabeled', async () => {
    const base = 'cifar-10-batches-bin';
    const { [`${base}/data_batch_3.bin`]: _, ...missing } = cifar10();
    await expect(openDataset(await writeTree(missing))).rejects.toThrow('lacks');
    const cut = { ...cifar10(), [`${base}/test_batch.bin`]: Buffer.alloc(3072) };
    await expect(openDataset(await writeTree(cut))).rejects.toThrow('not a multiple of 3073');
    const empty = { ...cifar10(), [`${base}/test_batch.bin`]: '' };
    await expect(openDataset(await writeTree(empty))).rejects.toThrow(
      'has 0 bytes, not a multiple',
    );
    await expect(openDataset(await writeTree(cifar10(4)))).rejects.toThrow('#3 has no class 3');
  });
});

describe('CIFAR, Python version', () => {
  const archive = (name: string) => fileURLToPath(new URL(`fixtures/${name}`, import.meta.url));
  const open = async (name: string) =>
    openDataset(archive(name), { cacheDir: await temporaryFolder() });
  /** The first channels of the pixel in line 5, column 9. */
  const pixelAt = async (split: Split, index: number) => {
    const { data } = await split.image(index);
    return [...data.subarray((5 * 32 + 9) * 3).subarray(0, 3)];
  };

  it('reads CIFAR-10 as Python 3 pickles it', async () => {
    const dataset = await open('cifar-10-python.tar.gz');
    expect(dataset.classNames).toEqual(['airplane', 'bird', 'cat']);
    expect(dataset.train.records.map(({ label }) => label)).toEqual([1, 2, 2, 0, 0, 1, 1, 2, 2, 0]);
    expect(dataset.train.records[9]?.id).toBe('data_batch_5#1');
    expect(await pixelAt(dataset.train, 9)).toEqual([51, 5, 9]);
    expect(dataset.validation.records).toEqual([{ id: 'test_batch#0', label: 2 }]);
    expect(await pixelAt(dataset.validation, 0)).toEqual([60, 5, 9]);
    await dataset.close();
  });

  it('reads CIFAR-100 as Python 2 pickled it', async () => {
    const dataset = await open('cifar-100-python.tar.gz');
    expect(dataset.classNames).toEqual(['apple', 'baby']);
    expect(dataset.train.records.map(({ label }) => label)).toEqual([1, 0, 1]);
    expect(await pixelAt(dataset.train, 2)).toEqual([12, 5, 9]);
    await dataset.close();
  });

  it('refuses what is no pickle of a batch, and names the file', async () => {
    const files = async (name: string) => {
      const all: Record<string, Uint8Array> = {};
      const plain = memoryTree({ tar: gunzipSync(await readFile(archive(name))) });
      const source = {
        size: await plain.size('tar'),
        read: async (offset: number, length: number) => plain.read('tar', { offset, length }),
      };
      for (const { path, offset, size } of (await readTarIndex(source, name)).entries) {
        all[path] = await plain.read('tar', { offset, length: size });
      }
      return all;
    };
    const whole = await files('cifar-100-python.tar.gz');
    const train = Buffer.from(whole['cifar-100-python/train'] ?? []);
    const fewer = Buffer.from(
      train.toString('latin1').replace('fine_labels', 'line_labels'),
      'latin1',
    );
    // `(3, 3072)`: as many numbers in other places.
    const turned = Buffer.from(
      train.toString('latin1').replace('K\x03M\x00\x0c', 'M\x00\x0cK\x03'),
      'latin1',
    );
    for (const [bytes, reason] of [
      [turned, /its data are not a red, a green and a blue plane/],
      [train.subarray(0, 100), /train is no file of CIFAR: ./],
      [Buffer.from('\x80\x02]q\x00.', 'latin1'), /it is no dictionary/],
      [fewer, /train is no file of CIFAR: .*fine_labels/],
      [Buffer.from(whole['cifar-100-python/meta'] ?? []), /its data are not|fine_labels/],
    ] as const) {
      const root = await writeTree({ ...whole, 'cifar-100-python/train': bytes });
      await expect(openDataset(root)).rejects.toThrow(reason);
    }
  });
});

describe('ImageNet as distributed', () => {
  const KIT = 'ILSVRC2012_validation_ground_truth.txt';
  /** Three classes of two images; gray level 10·class + number. */
  async function files(): Promise<Record<string, Uint8Array | string>> {
    const wnids = ['n03', 'n01', 'n02'];
    const classTars: Record<string, Uint8Array> = {};
    for (const wnid of wnids) {
      const level = 10 * Number(wnid.slice(1));
      classTars[`${wnid}.tar`] = await makeTar({
        [`${wnid}_7.JPEG`]: await grayPng(level + 7),
        [`${wnid}_1.JPEG`]: await grayPng(level + 1),
      });
    }
    return {
      'ILSVRC2012_img_train.tar': await makeTar(classTars),
      'ILSVRC2012_img_val.tar': await makeTar({
        'ILSVRC2012_val_00000002.JPEG': await grayPng(2),
        'ILSVRC2012_val_00000001.JPEG': await grayPng(1),
      }),
      'classes.tsv': 'n01\ttench\nn02\tgoldfish\nn03\tshark\n',
    };
  }

  it('reads tars within the tar and labels validation by the development kit', async () => {
    const root = await writeTree({
      ...(await files()),
      [KIT]: '1\n3\n',
      'synsets.txt': 'n03\nn01\nn02\n',
    });
    const dataset = await openDataset(root);
    expect(dataset.classNames).toEqual(['tench', 'goldfish', 'shark']);
    expect(dataset.train.records.slice(0, 3)).toEqual([
      { id: 'n01/n01_1.JPEG', label: 0 },
      { id: 'n01/n01_7.JPEG', label: 0 },
      { id: 'n02/n02_1.JPEG', label: 1 },
    ]);
    const levels = await Promise.all(dataset.train.records.map((_, i) => dataset.train.image(i)));
    expect(levels.map(({ data }) => data[0])).toEqual([11, 17, 21, 27, 31, 37]);
    expect(dataset.validation.records).toEqual([
      { id: 'ILSVRC2012_val_00000001.JPEG', label: 2 },
      { id: 'ILSVRC2012_val_00000002.JPEG', label: 1 },
    ]);
    expect((await dataset.validation.image(1)).data[0]).toBe(2);
    await dataset.close();
  });

  describe('with the development kit', () => {
    const meta = (name: string) => readFile(new URL(`fixtures/${name}`, import.meta.url));
    const DATA = 'ILSVRC2012_devkit_t12/data';

    it.each([
      [
        'as downloaded',
        async () => {
          const kit = {
            [`${DATA}/meta.mat`]: await meta('meta.mat'),
            [`${DATA}/${KIT}`]: '1\n3\n',
          };
          return { 'ILSVRC2012_devkit_t12.tar.gz': gzipSync(await makeTar(kit)) };
        },
      ],
      [
        'unpacked',
        async () => ({
          [`${DATA}/meta.mat`]: await meta('meta-plain.mat'),
          [`${DATA}/${KIT}`]: '1\n3\n',
        }),
      ],
      [
        'by its two files, whatever synsets.txt lies beside them',
        async () => ({
          'meta.mat': await meta('meta.mat'),
          [KIT]: '1\n3\n',
          'synsets.txt': 'n01\nn02\nn03\n',
        }),
      ],
    ])('%s: order of the classes, labels and names', async (_, kit) => {
      const { 'classes.tsv': __, ...tars } = await files();
      const root = await writeTree({ ...tars, ...(await kit()) });
      const dataset = await openDataset(root, { cacheDir: await temporaryFolder() });
      expect(dataset.classNames).toEqual([
        'tench, Tinca tinca',
        'goldfish, Carassius auratus',
        'great white shark, white shark',
      ]);
      expect(dataset.validation.records.map(({ label }) => label)).toEqual([2, 1]);
      await dataset.close();
    });

    it('refuses a class list that is damaged', async () => {
      const whole = await meta('meta-plain.mat');
      for (const [bytes, reason] of [
        [whole.subarray(0, 100), 'no little-endian MATLAB 5 file'],
        [whole.subarray(0, 1000), 'is cut off'],
        [whole.subarray(0, 128), 'no struct array "synsets"'],
        [Buffer.from(whole.toString('latin1').replace('n02', '???'), 'latin1'), 'row 3 has no'],
      ] as const) {
        const root = await writeTree({ ...(await files()), 'meta.mat': bytes, [KIT]: '1\n2\n' });
        const opened = openDataset(root);
        await expect(opened).rejects.toThrow('meta.mat is not the class list of ImageNet 2012: ');
        await expect(opened).rejects.toThrow(reason);
      }
    });
  });

  it('labels validation by Caffe’s val.txt', async () => {
    const text = 'ILSVRC2012_val_00000001.JPEG 0\nILSVRC2012_val_00000002.JPEG 2\n';
    const dataset = await openDataset(await writeTree({ ...(await files()), 'val.txt': text }));
    expect(dataset.validation.records.map(({ label }) => label)).toEqual([0, 2]);
    await dataset.close();
  });

  it('holds images out by seed without the validation tar', async () => {
    const { 'ILSVRC2012_img_val.tar': _, ...train } = await files();
    const dataset = await openDataset(await writeTree(train));
    expect(dataset.validation.records.map(({ label }) => label)).toEqual([0, 1, 2]);
    await dataset.close();
  });

  it.each([
    ['no labels', {}, 'lacks the validation labels: put ILSVRC2012_devkit_t12.tar.gz'],
    ['a sorted synset list', { [KIT]: '1\n2\n', 'synsets.txt': 'n01\nn02\nn03\n' }, 'alphabetical'],
    ['too few labels', { [KIT]: '1\n', 'synsets.txt': 'n03\nn01\n' }, '1 lines for 2 images'],
    ['an unknown number', { [KIT]: '1\n9\n', 'synsets.txt': 'n03\nn01\n' }, 'no class among the 3'],
    ['an unlabeled image', { 'val.txt': 'ILSVRC2012_val_00000001.JPEG 0\n' }, 'no class among'],
  ])('refuses %s', async (_, labels, message) => {
    const root = await writeTree({ ...(await files()), ...labels });
    await expect(openDataset(root)).rejects.toThrow(message);
  });

  it('refuses a damaged tar within the tar by name', async () => {
    const broken = await makeTar({
      'n01.tar': Buffer.alloc(2048, 1),
      'n02.tar': await makeTar({}),
    });
    const root = await writeTree({ ...(await files()), 'ILSVRC2012_img_train.tar': broken });
    await expect(openDataset(root)).rejects.toThrow(
      'ILSVRC2012_img_train.tar: n01.tar is not a tar',
    );
  });
});

describe('WebDataset shards', () => {
  async function shard(first: number, count: number): Promise<Buffer> {
    const files: Record<string, Uint8Array | string> = {};
    for (let i = first; i < first + count; i++) {
      files[`${String(i).padStart(4, '0')}.json`] = '{}';
      files[`${String(i).padStart(4, '0')}.cls`] = `${i % 3}\n`;
      files[`${String(i).padStart(4, '0')}.png`] = await grayPng(i);
    }
    return makeTar(files);
  }

  it('pairs images and labels and splits by the names of the shards', async () => {
    const root = await writeTree({
      'set-train-000000.tar': await shard(0, 4),
      'set-train-000001.tar': await shard(4, 2),
      'set-val-000000.tar': await shard(6, 1),
    });
    const dataset = await openDataset(root);
    expect(dataset.classNames).toEqual(['0', '1', '2']);
    expect(dataset.train.records.map(({ label }) => label)).toEqual([0, 1, 2, 0, 1, 2]);
    expect(dataset.train.records[4]?.id).toBe('set-train-000001.tar/0004');
    expect((await dataset.train.image(5)).data[0]).toBe(5);
    expect((await dataset.validation.image(0)).data[0]).toBe(6);
    await dataset.close();
  });

  it('reads one shard by its name and holds images out by seed', async () => {
    const root = await writeTree({ 'shard.tar': await shard(0, 30) });
    const dataset = await openDataset(join(root, 'shard.tar'));
    expect(dataset.validation.records.map(({ label }) => label).sort()).toEqual([0, 1, 2]);
    expect(dataset.train.records).toHaveLength(27);
    await dataset.close();
  });

  it.each([
    ['an image without label', { 'a.png': 'x' }, 'a.png has no a.cls, .json or .txt beside it'],
    ['a label that is none', { 'a.cls': '', 'a.png': 'x' }, 'not a class but ""'],
    ['a JSON that is none', { 'a.json': '{', 'a.png': 'x' }, 'a.json is not JSON'],
    ['one class', { 'a.cls': '0', 'a.png': 'x' }, 'one class only'],
    ['nothing', { 'a.txt': 'x' }, 'no images'],
  ])('refuses %s', async (_, files, message) => {
    const root = await writeTree({ 'shard-0.tar': await makeTar(files) });
    await expect(openDataset(root)).rejects.toThrow(message);
  });
});
