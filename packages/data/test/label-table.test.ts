import { describe, expect, it } from 'vitest';
import { readLabelTable } from '../src/sources/label-table.js';
import { Notes } from '../src/sources/notes.js';
import { memoryTree } from './source-helpers.js';

const IMAGES = ['a.png', 'b.png', 'c.png'];

/** Labels by image, what was said, of the tables at the top of a tree of images. */
async function read(tables: Readonly<Record<string, string>>, images = IMAGES) {
  const tree = memoryTree({ ...Object.fromEntries(images.map((path) => [path, ''])), ...tables });
  const notes = new Notes();
  const around = [{ folder: tree.root, prefix: '' }];
  const labeled = await readLabelTable(tree, around, images, notes);
  const labels = labeled && Object.fromEntries(labeled.map((one) => [one.path, one.className]));
  return { labeled, labels, notes: notes.list().map(({ text }) => text) };
}

const abc = (a: string, b: string, c: string) => ({ 'a.png': a, 'b.png': b, 'c.png': c });

describe('which column is which', () => {
  const rows = (...lines: string[]) => lines.join('\n');
  it.each([
    [
      'label before class',
      rows('image,class,label', 'a,1,x', 'b,1,y', 'c,2,x'),
      abc('x', 'y', 'x'),
    ],
    ['class before type', rows('image,type,Class', 'a,1,x', 'b,1,y', 'c,2,x'), abc('x', 'y', 'x')],
    [
      'the best name of two columns that name images',
      rows('id,image,label', 'b,a,x', 'a,b,y', 'c,c,z'),
      abc('x', 'y', 'z'),
    ],
    [
      'names in capitals, with blanks and underscores',
      rows('Image_Name,Class Label,note', 'a,x,1', 'b,y,2', 'c,x,3'),
      abc('x', 'y', 'x'),
    ],
    ['an index without a name', rows(',file,breed', '0,a,x', '1,b,y', '2,c,x'), abc('x', 'y', 'x')],
    ['the only other column', rows('file,kind of it', 'a,x', 'b,y', 'c,x'), abc('x', 'y', 'x')],
    ['no header and labels first', rows('x,a.png', 'y,b.png', 'x,c.png'), abc('x', 'y', 'x')],
    [
      'marks with a point',
      rows('id,x,u,z', 'a,1.0,0.0,0', 'b,0,0,1', 'c,0,1,0'),
      abc('x', 'z', 'u'),
    ],
    [
      'marks, a class of which is called as a column of labels is',
      rows('id,target,u,z', 'a,1,0,0', 'b,0,0,1', 'c,0,1,0'),
      abc('target', 'z', 'u'),
    ],
    [
      'a label and two marks',
      rows('id,label,u,z', 'a,1,0,0', 'b,1,0,1', 'c,0,1,0'),
      abc('1', '1', '0'),
    ],
    ['a mark each way round', rows('id,x,u', 'a,0,1', 'b,1,0', 'c, 0 , 1 '), abc('u', 'x', 'u')],
    ['blanks around', rows('id,label', ' a , x ', 'b,  y', 'c,x'), abc('x', 'y', 'x')],
    ['a longer line than the head', rows('id,breed', 'a,x,old', 'b,y', 'c,x'), abc('x', 'y', 'x')],
  ])('%s', async (_, table, expected) => {
    expect((await read({ 't.csv': table })).labels).toEqual(expected);
  });

  it.each([
    ['two that may be it', 'id,shape,size\na,1,2\nb,1,3\nc,2,3', 'which column is the class?'],
    ['two marks in a line', 'id,x,u\na,1,1\nb,1,0\nc,0,1', 'which column is the class?'],
    ['no mark in a line', 'id,x,u\na,0,0\nb,1,0\nc,0,1', 'which column is the class?'],
    ['what is no mark', 'id,x,u\na,2,1\nb,1,0\nc,0,1', 'which column is the class?'],
    ['no other column', 'id\na\nb\nc', '(found id)'],
    ['an empty label', 'id,label\na,x\nb, \nc,y', 't.csv has a line without a label: b, '],
    ['two labels', 'id,label\na,x\nb,y\na.png,z', 'gives a.png two labels, "x" and "z"'],
  ])('asks about %s', async (_, table, message) => {
    await expect(read({ 't.csv': table })).rejects.toThrow(message);
  });

  it('a column of splits is one where every line names a split', async () => {
    const splits = async (values: readonly string[]) => {
      const lines = values.map((split, i) => `${'abc'[i]},${split},${'xyx'[i]}`);
      const { labeled } = await read({ 't.csv': `id,set,label\n${lines.join('\n')}` });
      return labeled?.map(({ split }) => split);
    };
    expect(await splits(['train', 'Validation', 'test'])).toEqual(['train', 'validation', 'test']);
    expect(await splits(['train', '', 'test'])).toEqual([undefined, undefined, undefined]);
    expect(await splits(['1', '2', '3'])).toEqual([undefined, undefined, undefined]);
  });

  it('a line that comes twice counts once', async () => {
    const { labeled } = await read({ 't.csv': 'id,label\na,x\na.png,x\nb,y\nc,x' });
    expect(labeled?.map(({ path }) => path)).toEqual(IMAGES);
    expect(labeled?.every(({ listed }) => listed)).toBe(true);
  });
});

describe('how rows are written', () => {
  it.each([
    ['quotes, doubled ones, lines within', '"id","label"\r\na,"say ""x"""\r\nb,"x,\ny"\r\nc,z'],
    ['tabs', 'id\tlabel\na\tsay "x"\nb\t"x,\ny"\nc\tz\n'],
    ['semicolons', 'id;label\na;say "x"\nb;"x,\ny"\nc;z\n\n'],
    ['a byte order mark, empty lines', '\uFEFFid,label\n\n , \na,"say ""x"""\nb,"x,\ny"\nc,z\n,\n'],
  ])('%s', async (_, table) => {
    expect((await read({ 't.csv': table })).labels).toEqual(abc('say "x"', 'x,\ny', 'z'));
  });
});

describe('which image a cell names', () => {
  const images = ['set/one/a.b.png', 'set/two/a.b.png', 'set/two/c.png', 'set/two/d'];
  it.each([
    ['c', 'set/two/c.png'],
    ['c.png', 'set/two/c.png'],
    ['two/c.png', 'set/two/c.png'],
    ['./set/two/c', 'set/two/c.png'],
    ['/set/two/c.png', 'set/two/c.png'],
    ['set\\two\\c.png', 'set/two/c.png'],
    ['one/a.b', 'set/one/a.b.png'],
    ['d', 'set/two/d'],
  ])('%s', async (cell, path) => {
    const { labels } = await read({ 't.csv': `image,label\n${cell},x\n` }, images);
    expect(labels).toEqual({ [path]: 'x' });
  });

  // Two images have the name, or none; a part of an ending is no ending.
  it.each(['a.b.png', 'a.b', 'a', 'c.jpg', 'wo/c.png', '', '/'])('%j: none', async (cell) => {
    const { labels } = await read({ 't.csv': `image,label\n"${cell}",x\n` }, images);
    expect(labels).toBeNull();
  });

  it('a path counts from the table first', async () => {
    const paths = ['one/a.png', 'two/one/a.png'];
    const tree = memoryTree({ 'two/t.csv': 'image,label\none/a.png,x\n' });
    const two = tree.root.folders.get('two');
    if (two === undefined) throw new Error('no folder');
    const around = [{ folder: two, prefix: 'two/' }];
    const labeled = await readLabelTable(tree, around, paths, new Notes());
    expect(labeled?.map(({ path }) => path)).toEqual(['two/one/a.png']);
  });
});

describe('which table counts', () => {
  const whole = 'id,label\na,x\nb,y\nc,x';
  it.each([
    ['the one that names most', { 'a.csv': 'id,label\na,z', 'b.csv': whole }, 'b.csv'],
    ['the first of two', { 'b.csv': 'id,label\na,z\nb,z\nc,z', 'a.tsv': whole }, 'a.tsv'],
    [
      'no submission',
      { 'sample_submission.csv': 'id,label\na,z\nb,z\nc,z', 'z.csv': whole },
      'z.csv',
    ],
    ['no other file', { 'a.csv.bak': 'id,label\na,z\nb,z\nc,z', 'z.csv': whole }, 'z.csv'],
  ])('%s', async (_, tables, path) => {
    const { labels, notes } = await read(tables);
    expect(labels).toEqual(abc('x', 'y', 'x'));
    expect(notes).toEqual([`labels of 3 images are read from ${path}`]);
  });

  it.each([
    ['nothing in it', ''],
    ['a head alone', 'id,label\n'],
    ['other images', 'id,label\nq,x\n'],
  ])('%s: none does', async (_, table) => {
    expect(await read({ 't.csv': table })).toEqual({ labeled: null, labels: null, notes: [] });
  });

  it('says what it does not name, and what it names that is not here', async () => {
    const { notes } = await read({ 't.csv': 'id,label\na,x\nq,x\nr,y\nb,y\n' });
    expect(notes).toEqual([
      'left out images t.csv does not name (1): c.png',
      'labels of 2 images are read from t.csv',
      '2 lines of t.csv name no image that is here',
    ]);
  });
});
