import { describe, expect, it } from 'vitest';
import type { OpenOptions } from '../src/index.js';
import { layOutClasses } from '../src/sources/class-layout.js';
import { Notes } from '../src/sources/notes.js';
import { readShards, shardsOf } from '../src/sources/shards.js';
import { type Contents, files, layOut } from './lay-out.js';
import { makeTar, memoryTree, writeTree } from './source-helpers.js';

describe('where splits lie', () => {
  it.each<
    [string, Record<string, string>, Awaited<ReturnType<typeof layOut>>['train'], string, string?]
  >([
    [
      'test/ alone beside train/ is for validation',
      files('train/a/1.png', 'train/b/1.png', 'test/a/2.png', 'test/b/2.png'),
      'train/a/1.png a, train/b/1.png b',
      'test/a/2.png a, test/b/2.png b',
    ],
    [
      'wrappers within splits',
      files(
        'x/train/images/a/1.png',
        'x/train/images/b/1.png',
        'x/val/pics/a/2.png',
        'x/val/pics/b/2.png',
      ),
      'train/images/a/1.png a, train/images/b/1.png b',
      'val/pics/a/2.png a, val/pics/b/2.png b',
    ],
    [
      'splits in classes, test for validation',
      files('a/train/1.png', 'a/test/2.png', 'b/train/1.png', 'b/test/2.png'),
      'a/train/1.png a, b/train/1.png b',
      'a/test/2.png a, b/test/2.png b',
    ],
    [
      'splits in classes, all three',
      files(
        'a/train/1.png',
        'a/val/3.png',
        'a/test/2.png',
        'b/train/1.png',
        'b/val/3.png',
        'b/test/2.png',
      ),
      'a/train/1.png a, b/train/1.png b',
      'a/val/3.png a, b/val/3.png b',
      'a/test/2.png a, b/test/2.png b',
    ],
    [
      'classes beside val/ and test/',
      files('a/1.png', 'b/1.png', 'val/a/2.png', 'val/b/2.png', 'test/a/3.png', 'test/b/3.png'),
      'a/1.png a, b/1.png b',
      'val/a/2.png a, val/b/2.png b',
      'test/a/3.png a, test/b/3.png b',
    ],
  ])('%s', async (_, tree, train, validation, test = undefined) => {
    const found = await layOut(tree);
    expect([found.train, found.validation, found.test]).toEqual([train, validation, test]);
    expect([found.validationFrom, found.notes]).toEqual(['source', []]);
  });

  it.each<[string, Record<string, string>, string, string[]]>([
    [
      'a flat val/ beside classes',
      files('a/1.png', 'b/1.png', 'val/1-2.png'),
      'a/1.png a, b/1.png b',
      ['left out val/: 2 images without labels, beside the class folders'],
    ],
    [
      'a folder without images beside classes, by its name',
      files('a/1.png', 'b/1.png', 'annotations/1.xml', 'labels/x.txt'),
      'a/1.png a, b/1.png b',
      ['left out folders of tools or of notes (2): annotations/, labels/'],
    ],
    [
      'a folder called as notes that holds images is a class',
      files('code/1.png', 'models/1.png'),
      'code/1.png code, models/1.png models',
      [],
    ],
    [
      'splits in some classes alone are folders of them',
      files('a/train/1.png', 'a/2.png', 'b/train/1.png', 'b/test/2.png'),
      'a/2.png a, a/train/1.png a, b/test/2.png b, b/train/1.png b',
      [],
    ],
    [
      'other folders in classes',
      files('a/train/1.png', 'a/left/2.png', 'b/train/1.png', 'b/val/2.png'),
      'a/left/2.png a, a/train/1.png a, b/train/1.png b, b/val/2.png b',
      [],
    ],
    [
      'the word train in one class alone',
      files('bus/1.png', 'train/1.png', 'tram/1.png'),
      'bus/1.png bus, train/1.png train, tram/1.png tram',
      [],
    ],
    [
      'in folders around everything',
      files('x/y/a/1.png', 'x/y/b/1.png'),
      'a/1.png a, b/1.png b',
      [],
    ],
    [
      'classes by the names of images in one folder',
      files('cat.1-2.png', 'big dog.1.png'),
      'big dog.1.png big dog, cat.1.png cat, cat.2.png cat',
      ['classes are read from names like big dog.1.png: big dog, cat'],
    ],
  ])('%s', async (_, tree, train, notes) => {
    const found = await layOut(tree);
    expect(found).toMatchObject({ train, validation: '', notes, validationFrom: 'held-out' });
  });

  it('validation images alone are what can be scored', async () => {
    const found = await layOut(files('val/a/1.png', 'val/b/1.png'), {});
    expect(found).toMatchObject({
      ...{ train: '', validation: 'val/a/1.png a, val/b/1.png b', test: undefined },
      ...{ validationFrom: 'source', notes: [] },
    });
  });

  it('what is for nobody is counted', async () => {
    const found = await layOut({
      ...files('train/a/1.png', 'train/b/1.png', 'training/a/1.png', 'training/b/2.png'),
      ...files('val/a/1.png', 'val/b/1.png', 'pred/1-3.png', 'more/a/1.png'),
    });
    expect(found.train).toBe('train/a/1.png a, train/b/1.png b');
    expect(found.notes).toEqual([
      'left out folders that are splits beside another of their kind (1): training/',
      'left out folders beside the splits (1): more/',
      'left out pred/: 3 images without labels',
    ]);
  });

  it('test images that do not fit are left out, validation images that do not are not', async () => {
    const tree = files('train/a/1.png', 'train/b/1.png', 'val/a/1.png', 'val/b/1.png');
    const found = await layOut({ ...tree, ...files('test/a/1.png', 'test/z/1.png') });
    expect(found.test).toBeUndefined();
    expect(found.notes).toEqual([
      'left out the test images: set: test/ has a class "z" that train/ lacks',
    ]);
    await expect(layOut({ ...tree, ...files('val/z/1.png') })).rejects.toThrow(
      'set: val/ has a class "z" that train/ lacks',
    );
  });

  it('classes without validation images are named', async () => {
    const tree = files('train/a/1.png', 'train/b/1.png', 'train/c/1.png', 'val/b/1.png');
    expect((await layOut(tree)).notes).toEqual(['2 classes have no validation images: a, c']);
  });
});

describe('folders that are no classes', () => {
  const twice =
    /^set: (x\/: )?are the classes .*, or the folders in \w+\/ \(.*\), whose names come twice\?/;
  it.each<[string, Record<string, string>, string | RegExp]>([
    [
      'variants of one set',
      files('x/color/cat/1.png', 'x/color/dog/1.png', 'x/gray/cat/1.png', 'x/gray/dog/1.png'),
      'set: x/: are the classes color, gray, or the folders in color/ (cat, dog), whose names come twice? Give the one folder that holds the class folders, or move away what does not belong to it',
    ],
    ['a copy beside', files('no/1.png', 'yes/1.png', 'x/no/1.png', 'x/yes/1.png'), twice],
    ['a copy within', files('x/no/1.png', 'x/yes/1.png', 'x/x/no/1.png', 'x/x/yes/1.png'), twice],
    [
      'a copy within a split',
      files('train/no/1.png', 'train/yes/1.png', 'train/train/no/1.png', 'train/train/yes/1.png'),
      'set: train/: are the classes no, train, yes, or the folders in train/ (no, yes)',
    ],
    [
      'two sets with splits',
      files('one/train/cat/1.png', 'one/val/cat/1.png', 'two/train/dog/1.png', 'two/val/dog/1.png'),
      'are the classes one, two, or the folders in one/ (train), whose names',
    ],
    [
      'parts without a table',
      files('images_1/1.png', 'images_2/2.png'),
      'set holds parts of one set (images_1, images_2) and no table gives each of their images one class',
    ],
    [
      'parts that come twice',
      { ...files('Im_part_1/1.png', 'im_part_1/1.png'), 'x.csv': 'image,dx\n1,a\n' },
      'leave no image twice',
    ],
  ])('%s: asked', async (_, tree, message) => {
    await expect(layOut(tree)).rejects.toThrow(message);
  });

  it('different folders in classes are said', async () => {
    // One folder within is no set of classes.
    const { train } = await layOut(files('x/cat/2019/1.png', 'x/dog/2019/1.png'));
    expect(train).toContain('dog/2019/1.png dog');
    const found = await layOut(
      files('x/cats/persian/1.png', 'x/cats/manx/1.png', 'x/dogs/pug/1.png', 'x/dogs/husky/1.png'),
    );
    expect(found.train).toContain('cats/manx/1.png cats');
    expect(found.notes).toEqual([
      'classes are cats, dogs, each with the images of all its folders: husky, manx, persian and 1 more',
    ]);
  });

  it.each<[string, Record<string, string>, string, string[]]>([
    [
      'beside images/',
      files('images/train/cat/1.png', 'images/train/dog/1.png', 'masks/train/cat/1.png'),
      'train/cat/1.png cat, train/dog/1.png dog',
      ['left out folders of masks or annotations beside images (1): masks/'],
    ],
    [
      'beside images/ of classes',
      files('cat/images/1.png', 'cat/masks/1.png', 'dog/images/1.png', 'dog/masks/1.png'),
      'cat/images/1.png cat, dog/images/1.png dog',
      ['left out folders of masks or annotations beside images (2): cat/masks/, dog/masks/'],
    ],
    [
      'beside the images themselves',
      files('cat/1.png', 'cat/trimaps/1.png', 'dog/1.png'),
      'cat/1.png cat, dog/1.png dog',
      ['left out folders of masks or annotations beside images (1): cat/trimaps/'],
    ],
    [
      'by name',
      files('cat/1.png', 'cat/1_mask.png', 'cat/1_mask_2.png', 'dog/1.jpg', 'dog/2_mask.png'),
      'cat/1.png cat, dog/1.jpg dog, dog/2_mask.png dog',
      ['left out masks beside their images (2): cat/1_mask.png, cat/1_mask_2.png'],
    ],
    [
      'among classes, where they are one',
      files('mask/1.png', 'no mask/1.png', 'test/1.png'),
      'mask/1.png mask, no mask/1.png no mask',
      ['left out test/: 1 images without labels, beside the class folders'],
    ],
  ])('masks %s', async (_, tree, train, notes) => {
    expect(await layOut(tree)).toMatchObject({ train, notes });
  });

  it('one folder of images beside annotations holds no classes', async () => {
    const tree = files('images/cat_1-2.png', 'images/dog_1-2.png', 'annotations/trimaps/cat_1.png');
    await expect(layOut(tree)).rejects.toThrow('if names say the class (cat, dog)');
    const named = await layOut(files('images/cat.1.png', 'images/dog.1.png'));
    expect(named.train).toBe('images/cat.1.png cat, images/dog.1.png dog');
  });

  it.each<[string, Record<string, string>]>([
    [
      'CUB-200-2011',
      files('images/cat/1.png', 'images/dog/1.png', 'attributes/x.txt', 'parts/x.txt'),
    ],
    ['Stanford Dogs', files('Images/cat/1.png', 'Images/dog/1.png', 'Annotation/cat/n02_1')],
  ])('what lies beside the images of %s', async (_, tree) => {
    expect((await layOut(tree)).train).toBe('cat/1.png cat, dog/1.png dog');
  });

  it('records of TensorFlow beside images', async () => {
    const found = await layOut({
      ...files('train_images/1-2.png', 'train_tfrecords/0.tfrec', 'test_tfrecords/0.tfrec'),
      'train.csv': 'image_id,label\n1.png,a\n2.png,b\n',
    });
    expect(found.train).toBe('train_images/1.png a, train_images/2.png b');
  });
});

describe('several folders of one split', () => {
  it.each<[string, Record<string, string>, Partial<Awaited<ReturnType<typeof layOut>>>]>([
    [
      'numbered parts',
      files('train.X1/a/1.png', 'train.X2/b/1.png', 'val.X/a/2.png', 'val.X/b/2.png'),
      {
        train: 'train.X1/a/1.png a, train.X2/b/1.png b',
        validation: 'val.X/a/2.png a, val.X/b/2.png b',
      },
    ],
    [
      'evaluation beside validation is for tests',
      files(
        ...['training/a/1.png', 'training/b/1.png', 'validation/a/2.png', 'validation/b/2.png'],
        ...['evaluation/a/3.png', 'evaluation/b/3.png'],
      ),
      {
        validation: 'validation/a/2.png a, validation/b/2.png b',
        test: 'evaluation/a/3.png a, evaluation/b/3.png b',
      },
    ],
    [
      'evaluation alone is for validation',
      files('training/a/1.png', 'training/b/1.png', 'evaluation/a/3.png', 'evaluation/b/3.png'),
      { validation: 'evaluation/a/3.png a, evaluation/b/3.png b' },
    ],
    [
      'a public and a private test',
      files(
        ...['Training/a/1.png', 'Training/b/1.png', 'PublicTest/a/2.png', 'PublicTest/b/2.png'],
        ...['PrivateTest/a/3.png', 'PrivateTest/b/3.png'],
      ),
      {
        validation: 'PublicTest/a/2.png a, PublicTest/b/2.png b',
        test: 'PrivateTest/a/3.png a, PrivateTest/b/3.png b',
      },
    ],
  ])('%s', async (_, tree, expected) => {
    expect(await layOut(tree)).toMatchObject({ ...expected, notes: [] });
  });

  it('years are no parts', async () => {
    const found = await layOut(
      files('train2012/a/1.png', 'train2012/b/1.png', 'train2017/a/1.png'),
    );
    expect(found.notes).toEqual([
      'left out folders that are splits beside another of their kind (1): train2017/',
    ]);
  });
});

it('Tiny-ImageNet’s validation images in class folders, with the list they came with', async () => {
  const found = await layOut({
    ...files('train/n1/1.png', 'train/n2/1.png', 'val/n1/2.png', 'val/n2/3.png'),
    'val/val_annotations.txt': '2.png\tn1\t0\t0\t1\t1\n',
  });
  expect(found.validation).toBe('val/n1/2.png n1, val/n2/3.png n2');
});

describe('names that images of several splits have', () => {
  const flat = files('train/1-2.png', 'test/1-3.png');
  const rows = (first: string, second: string) => `id,label\n1,${first}\n2,${second}\n`;
  const unlabeled = 'left out test/: 3 images without labels';

  it('are read from the table that is called as the split is', async () => {
    const alone = await layOut({ ...flat, 'trainLabels.csv': rows('a', 'b') });
    expect(alone).toMatchObject({ train: 'train/1.png a, train/2.png b', validation: '' });
    expect(alone.notes).toEqual(['labels of 2 images are read from trainLabels.csv', unlabeled]);
    const tables = { 'a_test.csv': rows('b', 'a'), 'train.csv': rows('a', 'b') };
    expect(await layOut({ ...flat, ...tables })).toMatchObject({
      train: 'train/1.png a, train/2.png b',
      validation: 'test/1.png b, test/2.png a',
    });
    const held = { ...files('train/1-2.png', 'val/1-2.png'), 'train.csv': rows('a', 'b') };
    expect(await layOut({ ...held, 'val.csv': rows('b', 'a') })).toMatchObject({
      train: 'train/1.png a, train/2.png b',
      validation: 'val/1.png b, val/2.png a',
    });
  });

  it('are asked about where training images need them, and else left out', async () => {
    const line =
      'set: labels.csv: does "1" name train/1.png or test/1.png? Write such paths into it, or call it by the split it is for, as train.csv';
    await expect(layOut({ ...flat, 'labels.csv': rows('a', 'b') })).rejects.toThrow(line);
    const sorted = files('train/a/1.png', 'train/b/2.png', 'test/1-3.png');
    const found = await layOut({ ...sorted, 'list.csv': rows('a', 'b') });
    expect(found).toMatchObject({ train: 'train/a/1.png a, train/b/2.png b', validation: '' });
    expect(found.notes).toEqual([
      'set: list.csv: does "1" name test/1.png or train/a/1.png? Write such paths into it, or call it by the split it is for, as train.csv',
      unlabeled,
    ]);
  });

  it('are paths from the table, where it has them', async () => {
    const found = await layOut({
      ...flat,
      'labels.csv': 'path,label\ntrain/1,a\ntrain/2.png,b\ntest/3,a\n./test/1.png,b\n',
    });
    expect(found).toMatchObject({
      train: 'train/1.png a, train/2.png b',
      validation: 'test/3.png a, test/1.png b',
    });
  });

  it('a list of names without labels leaves them without', async () => {
    const found = await layOut({
      ...files('train/a1-2.png', 'test/b1-2.png'),
      'train.csv': 'id_code,diagnosis\na1,0\na2,1\n',
      'test.csv': 'id_code\nb1\nb2\n',
    });
    expect(found).toMatchObject({ train: 'train/a1.png 0, train/a2.png 1', validation: '' });
    expect(found.notes).toEqual([
      'labels of 2 images are read from train.csv',
      'left out test/: 2 images without labels',
    ]);
  });
});

it('a column of splits counts before the folders, and what it leaves is said', async () => {
  const table =
    'path,label,split\ntrain/1.png,a,train\ntrain/2.png,b,train\ntrain/3.png,a,predict\nval/1.png,a,val\nval/2.png,b,val\n';
  const found = await layOut({ ...files('train/1-3.png', 'val/1-2.png'), 'labels.csv': table });
  expect(found).toMatchObject({
    train: 'train/1.png a, train/2.png b',
    validation: 'val/1.png a, val/2.png b',
    validationFrom: 'source',
  });
  expect(found.notes).toContain('left out images their table calls unlabeled (1): train/3.png');
});

it('a large table that names no image is said', async () => {
  const pixels = `p0,p1,label\n${`12,${'3'.repeat(4000)},4\n`.repeat(1100)}`;
  const found = await layOut({
    ...files('x/1-2.png'),
    't.csv': 'id,label\n1,a\n2,b\n',
    'pixels.csv': pixels,
  });
  expect(found.notes).toEqual([
    'left out tables whose first lines name no image (1): pixels.csv',
    'labels of 2 images are read from t.csv',
  ]);
});

describe('names of classes', () => {
  const tree = files('x/train/n1/1.png', 'x/train/n2/1.png', 'x/val/n1/1.png', 'x/val/n2/1.png');
  const names = async (lists: Contents) => {
    const contents = await layOutClasses(memoryTree({ ...tree, ...lists }), {}, new Notes());
    return contents.classNames;
  };
  it.each<[string, Contents, string[]]>([
    ['by the folders', {}, ['n1', 'n2']],
    ['with tabs', { 'x/words.txt': ' n1\tone, 1 \r\n\r\nn3\tthree\n' }, ['one, 1', 'n2']],
    [
      'with blanks',
      { 'x/LOC_synset_mapping.txt': 'n2 two of them\nn1 one\n' },
      ['one', 'two of them'],
    ],
    ['that are the same', { 'x/words.txt': 'n1\tone\nn2\tone' }, ['one (n1)', 'one (n2)']],
    [
      'the list nearest to the images counts',
      { 'x/words.txt': 'n1\tfar', 'x/train/classes.tsv': 'n1\tnear' },
      ['near', 'n2'],
    ],
    [
      'classes.tsv before words.txt',
      { 'x/words.txt': 'n1\tother', 'x/classes.tsv': 'n1\tone' },
      ['one', 'n2'],
    ],
  ])('%s', async (_, lists, expected) => {
    expect(await names(lists)).toEqual(expected);
  });

  it.each(['n1', 'n1 one', 'n1\t ', '\n\nn1\n'])('refuses the line %j', async (line) => {
    await expect(names({ 'x/words.txt': line })).rejects.toThrow(
      /^set: x\/words\.txt line [13] is not "folder<TAB>name"$/,
    );
  });
});

describe('what holds no classes', () => {
  const hint = 'expected one folder of images per class, train/ and val/ of them, or a labels.csv';
  it.each<[string, Record<string, string>, string]>([
    ['names of one kind', files('cat_1-3.png'), hint],
    [
      'names with brackets',
      files('cat (1).png', 'cat (2).png', 'dog 1-2.png'),
      'names say the class (cat, dog)',
    ],
    ['names of two kinds', files('cat_1-2.png', 'dog-1-2.png'), 'names say the class (cat, dog)'],
    ['numbers', files('1-3.png'), hint],
    ['a flat train/', files('train/1-2.png', 'test/1.png'), 'set: train/ holds no class folders'],
    ['one class', files('a/1.png', 'a/2.png'), 'set'],
    [
      'a class without an image',
      files('a/1.png', 'b/x.txt'),
      'class folder b holds no image (found x.txt)',
    ],
  ])('%s', async (_, tree, message) => {
    await expect(layOut(tree)).rejects.toThrow(message);
  });
});

describe('what is held out', () => {
  const tree = files('a/1-20.png', 'b/1-3.png', 'c/1.png');
  const held = async (options: OpenOptions) => {
    const { validation, train } = await layOut(tree, options);
    const of = (text = '') =>
      ['a', 'b', 'c'].map(
        (name) => text.split(', ').filter((id) => id.endsWith(` ${name}`)).length,
      );
    return [of(validation), of(train)];
  };
  it.each([
    [{}, [2, 1, 0]],
    [{ validationShare: 0.5 }, [10, 2, 0]],
    [{ validationShare: 0.99 }, [19, 2, 0]],
    [{ validationShare: 0.001 }, [1, 1, 0]],
    [{ validationShare: 1 }, [20, 3, 1]],
    [{ validationShare: 0 }, [0, 0, 0]],
  ])('%j of 20, 3 and 1 images: %j', async (options, expected) => {
    expect(await held(options)).toEqual([
      expected,
      [20, 3, 1].map((n, i) => n - (expected[i] ?? 0)),
    ]);
  });
});

describe('shards', () => {
  const shards = (paths: Record<string, string>, source = '/data/set') =>
    shardsOf(source, memoryTree(paths)).map(({ path, name }) => `${path} ${name}`);
  it.each<[string, Record<string, string>, string[]]>([
    [
      'at the top',
      files('b.tar', 'a.tar', 'x.json'),
      ['/data/set/a.tar a.tar', '/data/set/b.tar b.tar'],
    ],
    [
      'in folders of splits',
      files('train/0.tar', 'val/0.tar'),
      ['/data/set/train/0.tar train/0.tar', '/data/set/val/0.tar val/0.tar'],
    ],
    ['two folders deep', files('train/new/0.tar'), []],
    [
      'in splits of splits',
      files('train/images_train/0.tar'),
      ['/data/set/train/images_train/0.tar train/images_train/0.tar'],
    ],
    ['three folders deep', files('train/train/train/0.tar'), []],
    ['beside folders', files('a.tar', 'cats/1.png'), []],
    ['in other folders', files('cats/0.tar'), []],
    ['tars of ImageNet’s classes', files('n01440764.tar', 'n01443537.tar'), []],
    ['an archive of class folders', files('cat/1.png'), []],
  ])('%s', (_, paths, expected) => {
    expect(shards(paths)).toEqual(expected);
  });

  it('a tar with labels at its top is one itself', () => {
    const one = files('0.cls', '0.png');
    expect(shards(one, '/data/some.tar')).toEqual(['/data/some.tar some.tar']);
    expect(shards(one, '/data/some')).toEqual([]);
    expect(shards(files('0.png', '0.txt'), '/data/some.tar')).toEqual([]);
  });

  const read = async (tars: Readonly<Record<string, readonly string[]>>) => {
    const made: Record<string, Uint8Array> = {};
    for (const [name, labels] of Object.entries(tars)) {
      const samples = labels.flatMap((label, i) => [
        [`${i}.png`, ''],
        [label.startsWith('{') ? `${i}.json` : `${i}.cls`, label],
      ]);
      made[name] = await makeTar(Object.fromEntries(samples));
    }
    const root = await writeTree(made);
    const list = Object.keys(tars).map((name) => ({ path: `${root}/${name}`, name }));
    const progress: string[] = [];
    const onProgress = (...said: unknown[]) => void progress.push(said.join(' '));
    const options = { validationShare: 0, onProgress };
    const notes = new Notes();
    const { train, validation, test, ...rest } = await readShards(root, list, options, notes);
    const of = (split: typeof train | undefined) =>
      split?.records.map(({ id, label }) => `${id} ${label}`);
    const told = { train: of(train), validation: of(validation), test: of(test), progress };
    return { ...rest, ...told, notes: notes.list().map(({ text }) => text) };
  };

  it('numbers count from 0 and may leave some out; splits are told by names', async () => {
    expect(
      await read({
        'a-train-0.tar': ['3', '1'],
        'test/a-0.tar': ['1'],
        'a-val-1.tar': ['3'],
        'x.tar': ['0'],
      }),
    ).toEqual({
      classIds: ['0', '1', '2', '3'],
      classNames: ['0', '1', '2', '3'],
      train: ['a-train-0.tar/0 3', 'a-train-0.tar/1 1', 'x.tar/0 0'],
      validation: ['a-val-1.tar/0 3'],
      test: ['test/a-0.tar/0 1'],
      validationFrom: 'source',
      notes: ['1 of 4 class numbers have no image: 2'],
      progress: [
        '1 4 shards indexed',
        '2 4 shards indexed',
        '3 4 shards indexed',
        '4 4 shards indexed',
      ],
    });
  });

  it('numbers are the same with zeros before them', async () => {
    const found = await read({ 'train.tar': ['000', '1', '001'], 'val.tar': ['0001'] });
    expect(found.classIds).toEqual(['0', '1']);
    expect(found.train).toEqual(['train.tar/0 0', 'train.tar/1 1', 'train.tar/2 1']);
    expect(found.validation).toEqual(['val.tar/0 1']);
  });

  it('the folder nearest to a shard says what it is for; test images validate where no others do', async () => {
    const found = await read({ 'train/test/0.tar': ['b'], 'test/train-0.tar': ['a', 'b'] });
    expect(found.train).toEqual(['test/train-0.tar/0 0', 'test/train-0.tar/1 1']);
    expect([found.validation, found.test]).toEqual([['train/test/0.tar/0 1'], undefined]);
  });

  it.each([
    ['names beside numbers', ['{"cls":0,"name":"cat"}', '{"cls":1,"name":"dog"}'], ['cat', 'dog']],
    ['some have none', ['{"cls":0,"name":"cat"}', '{"cls":1}'], ['cat', '1']],
    ['two of one name', ['{"cls":0,"name":"cat"}', '{"cls":1,"name":"cat"}'], ['0', '1']],
    ['names that are sorted', ['dog', 'cat'], ['cat', 'dog']],
    ['numbers of seven digits are names', ['1000000', '10'], ['10', '1000000']],
  ])('classes: %s', async (_, labels, names) => {
    const found = await read({ '0.tar': labels });
    expect([found.classNames, found.validationFrom]).toEqual([names, 'held-out']);
  });

  it('numbers of which hardly any occur are refused', async () => {
    await expect(read({ '0.tar': ['0', '900000'] })).rejects.toThrow(
      'labels count up to 900000, but only 2 of these numbers occur',
    );
  });

  it('labels that are different for most images are none', async () => {
    const labels = (count: number, of: number) =>
      Array.from({ length: count }, (_, i) => `x${i % of}`);
    await expect(read({ '0.tar': labels(1001, 1001) })).rejects.toThrow(
      '1001 different labels for 1001 images: these are no classes',
    );
    expect((await read({ '0.tar': labels(1000, 1000) })).classNames).toHaveLength(1000);
    expect((await read({ '0.tar': labels(2002, 1001) })).classNames).toHaveLength(1001);
  });
});

describe('folders and a table that divide images in two ways', () => {
  const sites = files('s1/1-2.png', 's2/3-4.png');
  const rows = (...labels: readonly string[]) =>
    `image,label\n${labels.map((label, i) => `${i + 1},${label}\n`).join('')}`;

  it('images of one folder in several classes: asked', async () => {
    const tree = { ...sites, 'labels.csv': rows('x', 'y', 'x', 'y') };
    await expect(layOut(tree)).rejects.toThrow(
      'set: are the classes the folders (s1, s2), or what labels.csv says (x, y)?',
    );
  });

  it('folders that share a class are said', async () => {
    const tree = { ...sites, ...files('s3/5.png'), 'labels.csv': rows('x', 'x', 'y', 'y', 'y') };
    const { train, notes } = await layOut(tree);
    expect(train).toContain('s3/5.png s3');
    expect(notes).toEqual([
      'classes are the folders (3); labels.csv gives them 2 others, which are not read: x, y',
    ]);
  });

  it('names that several folders hold are said', async () => {
    const tree = { ...files('rgb/1-2.png', 'depth/1-2.png'), 'labels.csv': rows('x', 'y') };
    expect((await layOut(tree)).notes).toEqual([
      'classes are the folders; labels.csv gives names that several of them hold other classes, which are not read: x, y',
    ]);
  });

  it.each([
    ['the same by other names', rows('0', '0', '1', '1')],
    ['a table of fewer than half of the images', rows('x')],
    [
      'a column that is not called as classes are',
      rows('x', 'y', 'x', 'y').replace('label', 'age'),
    ],
    ['a damaged one', rows('x', 'y', '', 'y')],
  ])('%s: the folders', async (_, table) => {
    expect(await layOut({ ...sites, 'labels.csv': table })).toMatchObject({
      train: 's1/1.png s1, s1/2.png s1, s2/3.png s2, s2/4.png s2',
      notes: [],
    });
  });
});

it('classes of almost the same name are said', async () => {
  const told = async (...names: readonly string[]) =>
    (await layOut(files(...names.map((name) => `${name}/1.png`)))).notes;
  expect(await told('Cat', 'cat', 'red fox', 'red_fox ', 'dog')).toEqual([
    'classes whose names are almost the same: "Cat" and "cat", "red fox" and "red_fox "',
  ]);
  expect(await told('1', '01', '2')).toHaveLength(1);
  expect(await told('1', '10', '1-0', 'c', 'c++', '-', '_')).toEqual([]);
});

it('a table that names no image is shown where nothing else gives classes', async () => {
  const tree = { ...files('1-2.png'), 'labels.csv': 'image,label\n1.jpg,x\n2.jpg,y\n' };
  await expect(layOut(tree)).rejects.toThrow(
    'labels.csv names none of them, or none alone: "image,label", "1.jpg,x" …',
  );
});

it('a column of splits beside class folders that is not read is said', async () => {
  const table = 'path,label,is_valid\na/1.png,a,False\nb/2.png,b,True\n';
  const { notes } = await layOut({ ...files('a/1.png', 'b/2.png'), 'labels.csv': table });
  expect(notes).toEqual([
    'labels.csv: no splits are read from its column "is_valid": "False" names none of train, validation and test',
  ]);
});
