import { describe, expect, it } from 'vitest';
import type { OpenOptions } from '../src/index.js';
import { layOutClasses } from '../src/sources/class-layout.js';
import { Notes } from '../src/sources/notes.js';
import { readShards, shardsOf } from '../src/sources/shards.js';
import { makeTar, memoryTree, writeTree } from './source-helpers.js';

type Contents = Readonly<Record<string, string | Uint8Array>>;

/** Files by their paths; `cat/1-3.png` are three of them. */
function files(...paths: readonly string[]): Record<string, string> {
  const all = paths.flatMap((path) => {
    const [, before = '', first, last, after] = /^(.*?)(\d+)-(\d+)(\.\w+)$/.exec(path) ?? [];
    if (first === undefined) return [path];
    const count = Number(last) - Number(first) + 1;
    return Array.from({ length: count }, (_, i) => `${before}${Number(first) + i}${after}`);
  });
  return Object.fromEntries(all.map((path) => [path, '']));
}

/** Which images are where, as `train: cat/1.png cat, …`, and what was said. */
async function layOut(contents: Contents, options: OpenOptions = { validationShare: 0 }) {
  const notes = new Notes();
  const { train, validation, test, classNames, validationFrom } = await layOutClasses(
    memoryTree(contents),
    options,
    notes,
  );
  const of = (split: typeof train | undefined) =>
    split?.records.map(({ id, label }) => `${id} ${classNames[label]}`).join(', ');
  const told = { train: of(train), validation: of(validation), test: of(test) };
  return { ...told, validationFrom, notes: notes.list().map(({ text }) => text) };
}

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
    const { train, validation, test, ...rest } = await readShards(root, list, options, new Notes());
    const of = (split: typeof train | undefined) =>
      split?.records.map(({ id, label }) => `${id} ${label}`);
    return { ...rest, train: of(train), validation: of(validation), test: of(test), progress };
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
      progress: [
        '1 4 shards indexed',
        '2 4 shards indexed',
        '3 4 shards indexed',
        '4 4 shards indexed',
      ],
    });
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
