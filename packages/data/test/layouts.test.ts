import { rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import {
  compareFingerprint,
  type Dataset,
  describeDifference,
  findDuplicates,
  findImages,
  openDataset,
  takeFingerprint,
} from '../src/index.js';
import { classTree, grayPng, makeTar, temporaryFolder, writeTree } from './source-helpers.js';

type Files = Record<string, Uint8Array | string>;

/** Images a split and class, as `train: cat 2, dog 2`. */
function counts({ train, validation, test, classNames }: Dataset): string {
  const of = (split: Dataset['train']) =>
    classNames
      .map((name, label) => `${name} ${split.records.filter((r) => r.label === label).length}`)
      .join(', ');
  const kept = test ? `; test: ${of(test)}` : '';
  return `train: ${of(train)}; validation: ${of(validation)}${kept}`;
}

const notes = ({ notes: list }: Dataset) => list.map(({ text }) => text);
const two = (prefix: string) => classTree(['cat', 'dog'], 2, prefix);
const flat = async (prefix: string, names: readonly string[]) =>
  Object.fromEntries(
    await Promise.all(
      names.map(async (name, i) => [`${prefix}${name}`, await grayPng(i)] as const),
    ),
  );

describe('folders that are splits never become classes', () => {
  it.each([
    ['Train', 'Val'],
    ['TRAINING', 'testing'],
    ['training_set', 'test_set'],
    ['trainset', 'validset'],
    ['train_images', 'dev'],
    ['Training Data', 'Validation Data'],
    ['train2012', 'val2012'],
    ['seg_train/seg_train', 'seg_test/seg_test'],
    ['birds-train', 'birds-test'],
    ['wrapped/1.train', 'wrapped/2.eval'],
  ])('%s and %s', async (train, validation) => {
    const root = await writeTree({ ...(await two(`${train}/`)), ...(await two(`${validation}/`)) });
    const dataset = await openDataset(root);
    expect(counts(dataset)).toBe('train: cat 2, dog 2; validation: cat 2, dog 2');
    expect(dataset.validationFrom).toBe('source');
  });

  it('keeps test images apart beside validation images', async () => {
    const root = await writeTree({
      ...(await two('train/')),
      ...(await two('valid/')),
      ...(await two('test/')),
    });
    expect(counts(await openDataset(root))).toBe(
      'train: cat 2, dog 2; validation: cat 2, dog 2; test: cat 2, dog 2',
    );
  });

  it('turns splits inside class folders out', async () => {
    const files: Files = {};
    for (const name of ['cat', 'dog']) {
      Object.assign(files, await flat(`${name}/train/`, ['0.png', '1.png']));
      Object.assign(files, await flat(`${name}/val/`, ['2.png']));
    }
    const dataset = await openDataset(await writeTree(files));
    expect(counts(dataset)).toBe('train: cat 2, dog 2; validation: cat 1, dog 1');
  });

  it('takes class folders beside test/ as training images', async () => {
    const root = await writeTree({ ...(await two('')), ...(await two('test/')) });
    expect(counts(await openDataset(root))).toBe('train: cat 2, dog 2; validation: cat 2, dog 2');
  });

  it('knows the vehicle from the split', async () => {
    const root = await writeTree(await classTree(['bus', 'car', 'train'], 2));
    expect((await openDataset(root)).classNames).toEqual(['bus', 'car', 'train']);
  });

  it('leaves a flat test/ beside class folders out and says so', async () => {
    const root = await writeTree({
      ...(await two('')),
      ...(await flat('test/', ['1.png', '2.png'])),
    });
    const dataset = await openDataset(root);
    expect(dataset.classNames).toEqual(['cat', 'dog']);
    expect(notes(dataset)).toEqual([
      'left out test/: 2 images without labels, beside the class folders',
    ]);
  });

  it('says which classes have no validation images', async () => {
    const root = await writeTree({ ...(await two('train/')), 'val/cat/9.png': await grayPng(9) });
    expect(notes(await openDataset(root))).toEqual(['1 class has no validation images: dog']);
  });
});

describe('nothing is left out without being counted', () => {
  it('names foreign files, other kinds of images, loose images and tools’ folders', async () => {
    const root = await writeTree({
      ...(await two('')),
      'cat/notes.txt': 'x',
      'cat/x.heic': 'x',
      'cat/.DS_Store': 'x',
      'dog/Thumbs.db': 'x',
      'loose.png': await grayPng(1),
      '@eaDir/cat/0.jpg/thumb.jpg': await grayPng(1),
      '__MACOSX/cat/._0.png': 'x',
      'lost+found/': '',
      'annotations/0.xml': '<a/>',
    });
    const dataset = await openDataset(root);
    expect(dataset.classNames).toEqual(['cat', 'dog']);
    expect(notes(dataset).sort()).toEqual([
      'left out files of the system (2): cat/.DS_Store, dog/Thumbs.db',
      'left out files that are no images (1): cat/notes.txt',
      'left out folders of tools or of notes (4): @eaDir/, __MACOSX/, annotations/ and 1 more',
      'left out images of kinds that are not read (convert them to JPEG or PNG) (1): cat/x.heic',
      'left out images that lie in no class folder (1): loose.png',
    ]);
  });

  it('reads images without an ending, and of one class in two spellings', async () => {
    const files: Files = { 'tea/0': await grayPng(0), 'tea/1.jpg_large': await grayPng(1) };
    files[`${'café'.normalize('NFC')}/0.png`] = await grayPng(2);
    files[`${'café'.normalize('NFD')}/1.png`] = await grayPng(3);
    const dataset = await openDataset(await writeTree(files), { validationShare: 0 });
    expect(counts(dataset)).toBe('train: café 2, tea 2; validation: café 0, tea 0');
    expect(dataset.train.records.map(({ id }) => id).sort()).toEqual(
      ['café/0.png', 'café/1.png', 'tea/0', 'tea/1.jpg_large'].map((id) => id.normalize('NFC')),
    );
  });

  it('goes on where an image vanishes or is too thin', async () => {
    const thin = sharp({ create: { width: 20_000, height: 10, channels: 3, background: 'red' } });
    const root = await writeTree({
      ...(await two('')),
      'cat/thin.png': await thin.png().toBuffer(),
    });
    const dataset = await openDataset(root, { validationShare: 0 });
    await rm(join(root, 'cat/0.png'));
    const failures = await Promise.all(
      dataset.train.records.map((_, i) => dataset.train.image(i).then(() => '', String)),
    );
    expect(failures.filter((text) => text !== '')).toEqual([
      expect.stringContaining('cannot decode image "cat/0.png": it cannot be read: ENOENT'),
      expect.stringContaining(
        '"cat/thin.png": 20000 × 10 px: one side is over 100 times the other',
      ),
    ]);
  });
});

describe('labels in tables and names', () => {
  const images = ['a.png', 'b.png', 'c.png', 'd.png'];
  it.each<[string, string]>([
    ['with a header', 'image,label\na.png,cat\nb.png,dog\nc.png,cat\nd.png,dog\n'],
    ['without', 'a.png,cat\nb.png,dog\nc.png,cat\nd.png,dog\n'],
    ['names without endings, quoted', '"id","breed"\r\n"a","cat"\r\nb,dog\r\nc,"cat"\r\nd,dog'],
    [
      'paths and semicolons',
      'x;path;class\n1;train/a.png;cat\n2;train/b.png;dog\n3;train\\c.png;cat\n4;./train/d.png;dog',
    ],
    ['one mark a class', 'image_id,cat,dog\na,1,0\nb,0,1\nc,1,0\nd,0,1'],
  ])('%s', async (_, table) => {
    const root = await writeTree({ ...(await flat('train/', images)), 'train.csv': table });
    const dataset = await openDataset(root, { validationShare: 0 });
    expect(counts(dataset)).toBe('train: cat 2, dog 2; validation: cat 0, dog 0');
    expect(notes(dataset)).toEqual(['labels of 4 images are read from train.csv']);
  });

  it.each([
    ['a folder beside the table', ['imgs/']],
    ['parts of one set', ['HAM10000_images_part_1/', 'HAM10000_images_part_2/']],
  ])('reads the labels of %s, whose folders are no classes', async (_, folders) => {
    const images = ['a', 'b', 'c', 'd'].map((name, i) => `${folders[i % folders.length]}${name}`);
    const table = `image_id,dx\n${['a,mel', 'b,nv', 'c,nv', 'd,mel'].join('\n')}\n`;
    const parts = await Promise.all(images.map((path) => flat('', [`${path}.png`])));
    const root = await writeTree({ ...Object.assign({}, ...parts), 'metadata.csv': table });
    const dataset = await openDataset(root, { validationShare: 0 });
    expect(dataset.classNames).toEqual(['mel', 'nv']);
    expect(notes(dataset)).toEqual(['labels of 4 images are read from metadata.csv']);
  });

  it('names folders that lie too deep', async () => {
    const deep = 'x/'.repeat(10);
    const root = await writeTree({ ...(await two('')), [`cat/${deep}9.png`]: await grayPng(9) });
    const said = 'left out folders that lie too deep in others (1): cat/x/x/x/x/x/x/x/x/x/x/';
    expect(notes(await openDataset(root))).toEqual([said]);
    expect((await findImages(root)).notes.map(({ text }) => text)).toEqual([said]);
  });

  it('does not follow a link to a folder around it', async () => {
    const root = await writeTree(await classTree(['cat', 'dog'], 2));
    await symlink('..', join(root, 'cat', 'up'));
    const dataset = await openDataset(root, { validationShare: 0 });
    expect(dataset.train.records.map(({ id }) => id)).toEqual([
      'cat/0.png',
      'cat/1.png',
      'dog/0.png',
      'dog/1.png',
    ]);
  });

  it('a column of splits, numbers in their order, and what the table does not name', async () => {
    const rows = images.map(
      (name, i) => `${name},${[10, 9, 10, 9][i]},${i < 2 ? 'train' : 'test'}`,
    );
    const root = await writeTree({
      ...(await flat('', [...images, 'e.png'])),
      'labels.csv': `filename,label,split\n${rows.join('\n')}\ngone.png,9,train\n`,
    });
    const dataset = await openDataset(root);
    expect(counts(dataset)).toBe('train: 9 1, 10 1; validation: 9 1, 10 1');
    expect(notes(dataset)).toEqual([
      'left out images labels.csv does not name (1): e.png',
      'labels of 4 images are read from labels.csv',
      '1 lines of labels.csv name no image that is here',
    ]);
  });

  it('numbers as pandas writes them beside missing ones are ordered, too', async () => {
    const rows = images.map((name, i) => `${name},${['10.0', '9.0', '10.0', '9.0'][i]}`);
    const root = await writeTree({
      ...(await flat('', images)),
      'labels.csv': `filename,label\n${rows.join('\n')}\n`,
    });
    expect((await openDataset(root)).classNames).toEqual(['9.0', '10.0']);
  });

  it('asks where a table or names can be read in several ways', async () => {
    const table = 'image,shape,color\na.png,x,red\nb.png,y,blue\n';
    const unclear = await writeTree({ ...(await flat('', ['a.png', 'b.png'])), 'x.csv': table });
    await expect(openDataset(unclear)).rejects.toThrow(
      'which column is the class? Call it "label"',
    );
    const twice = 'image,label\na.png,x\na.png,y\nb.png,y\n';
    const both = await writeTree({ ...(await flat('', ['a.png', 'b.png'])), 'x.csv': twice });
    await expect(openDataset(both)).rejects.toThrow('gives a.png two labels, "x" and "y"');
    const named = await writeTree(
      await flat('', ['cat_1.png', 'cat_2.png', 'dog_1.png', 'dog_2.png']),
    );
    await expect(openDataset(named)).rejects.toThrow(
      'if names say the class (cat, dog), write it into a labels.csv beside the images',
    );
  });

  it('reads cat.0.jpg', async () => {
    const names = ['cat.0.png', 'cat.1.png', 'dog.0.png', 'dog.1.png'];
    const dataset = await openDataset(await writeTree(await flat('train/', names)));
    expect(counts(dataset)).toBe('train: cat 1, dog 1; validation: cat 1, dog 1');
  });
});

describe('ImageNet as people have it', () => {
  const wnids = ['n01440764', 'n01443537'];
  const names = [1, 2, 3, 4].map((n) => `ILSVRC2012_val_0000000${n}.JPEG`);
  const solution = `ImageId,PredictionString\n${names.map((name, i) => `${name.slice(0, -5)},${wnids[i % 2]} 1 1 9 9 `).join('\n')}\n`;
  const caffe = names.map((name, i) => `${name} ${i % 2}\n`).join('');

  it.each<[string, Files]>([
    ['LOC_val_solution.csv', { 'LOC_val_solution.csv': solution }],
    ['val.txt', { 'val.txt': caffe }],
  ])('train/ and a flat val/ with %s', async (file, list) => {
    const root = await writeTree({
      ...(await classTree(wnids, 2, 'ILSVRC/Data/CLS-LOC/train/')),
      ...(await flat('ILSVRC/Data/CLS-LOC/val/', names)),
      ...(await flat('ILSVRC/Data/CLS-LOC/test/', ['ILSVRC2012_test_00000001.JPEG'])),
      'ILSVRC/Annotations/CLS-LOC/val/x.xml': '<a/>',
      ...list,
    });
    const dataset = await openDataset(root);
    expect(dataset.classIds).toEqual(wnids);
    expect(dataset.validation.records.map(({ label }) => label)).toEqual([0, 1, 0, 1]);
    expect(notes(dataset).join()).toContain(`labels of 4 validation images are read from ${file}`);
    expect(notes(dataset).join()).toContain('test/: 1 images without labels');
  });

  it('the validation images alone, flat or in their tar', async () => {
    const images = await flat('', names);
    const flatRoot = await writeTree({ ...images, 'val.txt': caffe });
    const tarRoot = await writeTree({
      'ILSVRC2012_img_val.tar': await makeTar(images),
      'val.txt': caffe,
    });
    for (const root of [flatRoot, tarRoot]) {
      const dataset = await openDataset(root, { validationShare: 1 });
      expect(dataset.classIds).toEqual(wnids);
      expect(dataset.validation.records.map(({ label }) => label).sort()).toEqual([0, 0, 1, 1]);
      expect((await dataset.validation.image(3)).width).toBe(4);
      await dataset.close();
    }
  });

  it('one tar a class', async () => {
    const files: Files = {};
    for (const wnid of wnids) {
      const images = await flat('', [`${wnid}_1.JPEG`, `${wnid}_2.JPEG`]);
      files[`train/${wnid}.tar`] = await makeTar(images);
    }
    const dataset = await openDataset(
      await writeTree({ ...files, ...(await classTree(wnids, 1, 'val/')) }),
    );
    expect(dataset.train.records.map(({ id }) => id)).toEqual(
      wnids.flatMap((wnid) => [1, 2].map((n) => `train/${wnid}/${wnid}_${n}.JPEG`)),
    );
    expect((await dataset.train.image(1)).data[0]).toBe(1);
  });
});

describe('WebDataset as people have it', () => {
  const open = async (files: Files) =>
    openDataset(await writeTree({ 'shard-0.tar': await makeTar(files) }), { validationShare: 0 });

  it('one image a sample, labels in json, names from it', async () => {
    const dataset = await open({
      '0.jpg': await grayPng(10),
      '0.json': '{"label": 1, "class_name": "dog"}',
      '0.seg.png': await grayPng(99),
      '1.jpg': await grayPng(11),
      '1.json': '{"label": 0, "class_name": "cat"}',
    });
    expect(dataset.classNames).toEqual(['cat', 'dog']);
    expect(dataset.train.records.map(({ label }) => label)).toEqual([1, 0]);
    expect((await dataset.train.image(0)).data[0]).toBe(10);
  });

  it('labels that are names, in txt; two images of a sample are said', async () => {
    const dataset = await open({
      '0.png': await grayPng(10),
      '0.txt': 'dog\n',
      '1.jpg': await grayPng(11),
      '1.png': await grayPng(99),
      '1.txt': 'cat\n',
    });
    expect(dataset.classNames).toEqual(['cat', 'dog']);
    expect((await dataset.train.image(1)).data[0]).toBe(11);
    expect(notes(dataset).join()).toContain('1 samples of');
  });

  it('shards in folders of splits', async () => {
    const shard = async (level: number) =>
      makeTar({
        '0.png': await grayPng(level),
        '0.cls': '0',
        '1.png': await grayPng(level),
        '1.cls': '1',
      });
    const root = await writeTree({ 'train/0.tar': await shard(1), 'val/0.tar': await shard(2) });
    expect(counts(await openDataset(root))).toBe('train: 0 1, 1 1; validation: 0 1, 1 1');
  });
});

it.each([
  ['xz', [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0], 'unpack it with xz -d'],
  ['bzip2', [0x42, 0x5a, 0x68, 0x39], 'unpack it with bzip2 -d'],
  ['zstd', [0x28, 0xb5, 0x2f, 0xfd], 'unpack it with zstd -d'],
])('an archive packed with %s is refused by name', async (kind, start, advice) => {
  const path = join(await temporaryFolder(), 'set.tar.packed');
  await writeFile(path, Uint8Array.from([...start, ...Array(100).fill(0)]));
  const error = await openDataset(path).catch((thrown) => thrown);
  expect(error.code).toBe('unsupported');
  expect(error.message).toContain(`is packed with ${kind}`);
  expect(error.message).toContain(advice);
});

it.each([
  ['Parquet', 'PAR1'],
  ['a NumPy array', '\x93NUMPY'],
  ['HDF5', '\x89HDF\r\n'],
  ['a MATLAB file', 'MATLAB 5.0'],
  ['an IDX file, as of MNIST', '\0\0\x08\x03'],
])('%s is refused by its first bytes', async (kind, start) => {
  const path = join(await temporaryFolder(), 'set.bin');
  await writeFile(path, Buffer.from(start.padEnd(600, '\0'), 'latin1'));
  await expect(openDataset(path)).rejects.toThrow(
    `${path} is ${kind}, which is not read: write its images into one folder per class, or beside a labels.csv`,
  );
});

it.each([
  ['data/train-00000-of-00001.parquet', 'Parquet'],
  ['train-images-idx3-ubyte.gz', 'an IDX file'],
  ['t10k-images.idx3-ubyte', 'an IDX file'],
  ['pneumoniamnist.npz', 'a NumPy array'],
  ['flowers-train.tfrecord-00000-of-00002', 'TFRecord'],
])('a folder of %s is refused by name', async (file, kind) => {
  const root = await writeTree({ [file]: 'x', 'README.md': 'x' });
  await expect(openDataset(root)).rejects.toThrow(`${file.split('/').at(-1)} is ${kind}`);
});

describe('data are known again', () => {
  it('a folder and an archive of it hold out the same, and are the same', async () => {
    const files = await classTree(['cat', 'dog'], 10);
    const folder = await openDataset(await writeTree(files));
    const wrapped = Object.fromEntries(
      Object.entries(files).map(([path, bytes]) => [`set/${path}`, bytes]),
    );
    const path = join(await temporaryFolder(), 'set.tar');
    await writeFile(path, await makeTar(wrapped));
    const tar = await openDataset(path);
    expect(tar.validation.records).toEqual(folder.validation.records);
    const fingerprint = JSON.parse(JSON.stringify(await takeFingerprint(folder)));
    expect(describeDifference(await compareFingerprint(fingerprint, tar))).toBeNull();
    await tar.close();
  });

  it('says what is missing, new, replaced or on the other side', async () => {
    const files: Files = await classTree(['cat', 'dog'], 4, 'train/');
    Object.assign(files, await classTree(['cat', 'dog'], 2, 'val/'));
    const fingerprint = await takeFingerprint(await openDataset(await writeTree(files)));
    const { 'train/cat/0.png': moved = '', ...rest } = files;
    const changed = { ...rest, 'train/cat/new.png': moved, 'train/dog/1.png': await grayPng(250) };
    const dataset = await openDataset(await writeTree(changed));
    expect(describeDifference(await compareFingerprint(fingerprint, dataset))).toBe(
      'images differ: 1 missing or renamed, 1 new or renamed (train/cat/new.png), 1 replaced (train/dog/1.png)',
    );
  });

  it('finds images on both sides of the split', async () => {
    const files: Files = await classTree(['cat', 'dog'], 2, 'train/');
    const root = await writeTree({
      ...files,
      'val/cat/9.png': files['train/dog/1.png'] ?? '',
      'val/dog/8.png': await grayPng(7),
    });
    expect(await findDuplicates(await openDataset(root))).toEqual([
      { train: 'train/dog/1.png', validation: 'val/cat/9.png' },
    ]);
  });
});
