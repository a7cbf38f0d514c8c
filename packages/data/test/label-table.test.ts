import { describe, expect, it } from 'vitest';
import type { FileTree } from '../src/archives/folder-tree.js';
import { readLabelTable, type TableContext } from '../src/sources/label-table.js';
import { Notes } from '../src/sources/notes.js';
import { TableReader } from '../src/sources/tables.js';
import { memoryTree } from './source-helpers.js';

const IMAGES = ['a.png', 'b.png', 'c.png'];

/** Images without others around. */
const alone = (tree: FileTree): TableContext => ({
  ...{ reader: new TableReader(tree), kind: 'train', required: true, elsewhere: () => [] },
});

/** Labels by image, what was said, of the tables at the top of a tree of images. */
async function read(tables: Readonly<Record<string, string | Uint8Array>>, images = IMAGES) {
  const tree = memoryTree({ ...Object.fromEntries(images.map((path) => [path, ''])), ...tables });
  const notes = new Notes();
  const around = [{ folder: tree.root, prefix: '' }];
  const labeled = await readLabelTable(tree, around, images, notes, alone(tree));
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
      'marks below names with blanks',
      rows('id, x, u, z', 'a, 1, 0, 0', 'b, 0, 0, 1', 'c, 0, 1, 0'),
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
    ['pandas’ empty label', 'id,label\na,x\nb,nan\nc,y', 'has a line without a label: b,nan'],
    ['Excel’s', 'id,label\na,x\nb,#N/A\nc,y', 'a line without a label: b,#N/A (leave such'],
    ['R’s', 'id,label\na,x\nb,NA\nc,y', 'has a line without a label: b,NA'],
    ['a failed formula', 'id,label\na,x\nb,#VALUE!\nc,y', 'has a line without a label'],
    ['several labels', 'id,label\na,x\nb,y\nc,x|y', 'gives images several labels, as "x|y"'],
    ['a list of labels', 'id,label\na,[x]\nb,[y]\nc,[x]', 'several labels, as "[x]": keep one'],
    ['marks without names', 'a.png,1,0\nb.png,0,1\nc.png,1,0', 'which column is the class?'],
    ['-1 beside 0', 'id,label\na,0\nb,-1\nc,1', 't.csv has the label -1 beside 0'],
    ['two labels', 'id,label\na,x\nb,y\na.png,z', 'gives a.png two labels, "x" and "z"'],
  ])('asks about %s', async (_, table, message) => {
    await expect(read({ 't.csv': table })).rejects.toThrow(message);
  });

  describe('where several columns name images', () => {
    const numbers = ['0.jpg', '1.jpg', '2.jpg'];
    const right = { '0.jpg': 'x', '1.jpg': 'y', '2.jpg': 'z' };
    it.each([
      ['one with endings before an index', 'index,fname,label\n0,2.jpg,z\n1,1.jpg,y\n2,0.jpg,x'],
      ['one with endings before a known name', 'id,f,label\n0,2.jpg,z\n1,1.jpg,y\n2,0.jpg,x'],
      ['one with a name before one without', ',number,label\n0,2,z\n1,1,y\n2,0,x'],
      ['pandas’ name of a column without', 'Unnamed: 0,number,label\n0,2,z\n1,1,y\n2,0,x'],
      ['one that names no image twice', 'age,number,label\n1,2,z\n1,1,y\n2,0,x'],
      ['no label', 'class,number\nz,2\ny,1\nx,0'],
      ['two that name the same', 'number,again,label\n2,2,z\n1,1,y\n0,0,x'],
    ])('%s', async (_, table) => {
      expect((await read({ 't.csv': table }, numbers)).labels).toEqual(right);
    });

    it('labels that look like names of images are none', async () => {
      const { labels } = await read({ 't.csv': 'label,number\n1,2\n2,1\n0,0' }, numbers);
      expect(labels).toEqual({ '0.jpg': '0', '1.jpg': '2', '2.jpg': '1' });
    });

    it.each([
      ['two unknown names', 'number,rank,label\n0,2,z\n1,1,y\n2,0,x', 'number or rank'],
      ['a known name and endings', 'image,f,label\n0,2.jpg,z\n1,1.jpg,y\n2,0.jpg,x', 'f or image'],
    ])('asks about %s', async (_, table, names) => {
      await expect(read({ 't.csv': table }, numbers)).rejects.toThrow(
        `set: t.csv: which column names the images, ${names}? Call it "image"`,
      );
    });
  });

  it.each(['ClassId', 'class_idx', 'label_id', 'CategoryID'])('%s is a class', async (name) => {
    const { labels } = await read({ 't.csv': `image,size,${name}\na,1,x\nb,2,y\nc,3,x` });
    expect(labels).toEqual(abc('x', 'y', 'x'));
  });

  it('y beside x is no class', async () => {
    const box = 'image,x,y,width,height\na,1,2,3,4\nb,1,2,3,4\nc,1,3,3,4';
    await expect(read({ 't.csv': box })).rejects.toThrow('which column is the class?');
    const { labels } = await read({ 'a.csv': box, 'b.csv': 'image,label\na,x\nb,y\nc,x' });
    expect(labels).toEqual(abc('x', 'y', 'x'));
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

  it.each([
    ['fold', '1', 'no splits are read from its column "fold": "1" names none of'],
    ['is_test', '0', 'no splits are read from its column "is_test": "0" names none of'],
    ['category', 'u', 'its column "category" is not read, and gives other classes'],
    ['label_id', '7', 'its column "label_id" is not read, and gives other classes'],
  ])('a column %s that is not read is said', async (name, value, text) => {
    const table = `id,label,${name}\na,x,${value}\nb,y,${value}\nc,x,${value}`;
    const { labels, notes } = await read({ 't.csv': table });
    expect(labels).toEqual(abc('x', 'y', 'x'));
    expect(notes[1]).toContain(`t.csv: ${text}`);
  });

  it('other columns of the same classes, and of other things, are no matter', async () => {
    const table = 'id,label,class_id,predicted\na,x,0,test\nb,y,1,train\nc,x,0,x';
    expect((await read({ 't.csv': table })).notes).toHaveLength(1);
    const none = (await read({ 't.csv': 'id,label\na,x\nb,None\nc,x' })).notes;
    expect(none[1]).toBe('t.csv: its label "None" is a class as any other');
    const parts = await read({ 't.csv': 'id,label\na,"red, deer"\nb,red\nc,hind' });
    expect(parts.labels).toEqual(abc('red, deer', 'red', 'hind'));
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
    ['blanks before quotes', 'id, label\na, "say ""x"""\nb, "x,\ny"\nc, "z"'],
    ['lines that end as on old Macs', 'id,label\ra,"say ""x"""\rb,"x,\ry"\rc,z\r'],
    ['the separator in a first line', 'sep=;\r\nid;label\r\na;say "x"\r\nb;"x,\ny"\r\nc;z'],
    ['semicolons', 'id;label\na;say "x"\nb;"x,\ny"\nc;z\n\n'],
    ['a byte order mark, empty lines', '\uFEFFid,label\n\n , \na,"say ""x"""\nb,"x,\ny"\nc,z\n,\n'],
  ])('%s', async (_, table) => {
    expect((await read({ 't.csv': table })).labels).toEqual(abc('say "x"', 'x,\ny', 'z'));
  });
});

it('a quotation mark that nothing closes is a letter, and hides no lines', async () => {
  const { labels } = await read({ 't.csv': 'id,label\na,x\nb,"y\nc,x' });
  expect(labels).toEqual(abc('x', '"y', 'x'));
});

it('JSON lines are rows, as Hugging Face’s ImageFolder has them; other JSON is none', async () => {
  const lines = (...records: readonly object[]) =>
    records.map((record) => `${JSON.stringify(record)}\n`).join('');
  const table = lines(
    { file_name: 'a.png', label: 0 },
    { label: 10, file_name: 'b.png', objects: { bbox: [1] } },
    { file_name: 'c.png', label: 2 },
  );
  expect((await read({ 'metadata.jsonl': table })).labels).toEqual(abc('0', '10', '2'));
  expect((await read({ 'metadata.jsonl': `${table}[1]` })).labels).toBeNull();
  expect((await read({ 'metadata.jsonl': `${table}{` })).labels).toBeNull();
});

it('UTF-16 is told by its mark, and what is no UTF-8 is not guessed', async () => {
  const rows = 'image,label\na,Müll\nb,Möll\nc,x\n';
  const little = Buffer.from(`\uFEFF${rows}`, 'utf16le');
  const expected = abc('Müll', 'Möll', 'x');
  expect((await read({ 't.csv': little })).labels).toEqual(expected);
  expect((await read({ 't.csv': Buffer.from(little).swap16() })).labels).toEqual(expected);
  await expect(read({ 't.csv': Buffer.from(rows, 'latin1') })).rejects.toThrow(
    't.csv is no UTF-8 text',
  );
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
    ['../input/set/two/c.png', 'set/two/c.png'],
    ['C:\\images\\two\\c', 'set/two/c.png'],
    ['d', 'set/two/d'],
  ])('%s', async (cell, path) => {
    const { labels } = await read({ 't.csv': `image,label\n${cell},x\n` }, images);
    expect(labels).toEqual({ [path]: 'x' });
  });

  // Two images have the name, or none; a part of an ending is no ending; c.png of another folder is another.
  it.each(['a.b.png', 'a.b', 'a', 'c.jpg', 'wo/c.png', 'x/three/c.png', '', '/'])(
    '%j: none',
    async (cell) => {
      const { labels } = await read({ 't.csv': `image,label\n"${cell}",x\n` }, images);
      expect(labels).toBeNull();
    },
  );

  it('a path counts from the table first', async () => {
    const paths = ['one/a.png', 'two/one/a.png'];
    const tree = memoryTree({ 'two/t.csv': 'image,label\none/a.png,x\n' });
    const two = tree.root.folders.get('two');
    if (two === undefined) throw new Error('no folder');
    const around = [{ folder: two, prefix: 'two/' }];
    const labeled = await readLabelTable(tree, around, paths, new Notes(), alone(tree));
    expect(labeled?.map(({ path }) => path)).toEqual(['two/one/a.png']);
  });
});

describe('which table counts', () => {
  const whole = 'id,label\na,x\nb,y\nc,x';
  it.each([
    ['the one that names most', { 'a.csv': 'id,label\na,z', 'b.csv': whole }, 'b.csv'],
    ['the first of two that agree', { 'b.csv': `${whole}\n`, 'a.tsv': whole }, 'a.tsv'],
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
    ['no column of classes', 'id,width,height\na,1,2\nb,1,3\nc,2,3'],
    ['names alone', 'id\na\nb\nc'],
    ['a less known column of classes', 'id,type\na,z\nb,z\nc,z'],
    ['two labels of one image', 'id,label\na,z\na,x\nb,z\nc,z'],
  ])('%s: another one does', async (_, table) => {
    expect((await read({ 'a.csv': table, 'b.csv': whole })).labels).toEqual(abc('x', 'y', 'x'));
  });

  it('two as good as each other that do not agree: asked', async () => {
    const tables = { 'fine.csv': whole, 'coarse.csv': 'id,label\na,x\nb,y\nc,z' };
    await expect(read(tables)).rejects.toThrow(
      'set: coarse.csv and fine.csv give c.png different classes, "z" and "x": leave one of them',
    );
  });

  it('a damaged table does not give way to one whose classes are less known', async () => {
    const tables = { 'a.csv': 'id,label\na,x\nb,\nc,x', 'b.csv': 'id,source\na,x\nb,y\nc,x' };
    await expect(read(tables)).rejects.toThrow('a.csv has a line without a label');
  });

  it('a large table is read where its first lines name images', async () => {
    const pixels = `p0,p1,label\n${`12,${'3'.repeat(4000)},4\n`.repeat(1100)}`;
    const reader = async (table: string) => {
      const tree = memoryTree({ 'a.csv': table, 'b.csv': 'id,type\na,x\nb,y\nc,x' });
      const context = alone(tree);
      const around = [{ folder: tree.root, prefix: '' }];
      const labeled = await readLabelTable(tree, around, IMAGES, new Notes(), context);
      return [labeled?.map(({ className }) => className), context.reader.passedOver()];
    };
    expect(await reader(pixels)).toEqual([['x', 'y', 'x'], ['a.csv']]);
    const named = `n,label\na,u\nb,u\nc,v\n${`q,${'u'.repeat(4000)}\n`.repeat(1100)}`;
    expect(await reader(named)).toEqual([['u', 'u', 'v'], []]);
  });

  it('a table is read once, and refused where it cannot be held', async () => {
    const tree = memoryTree({ 'a.csv': whole });
    const around = [{ folder: tree.root, prefix: '' }];
    let reads = 0;
    const counted = {
      ...tree,
      read: async (path: string) => {
        reads++;
        return tree.read(path);
      },
    };
    const context = alone(counted);
    for (let i = 0; i < 2; i++) {
      await readLabelTable(counted, around, IMAGES, new Notes(), context);
    }
    expect(reads).toBe(1);
    const huge = { ...tree, size: async () => 2 ** 29 };
    await expect(readLabelTable(huge, around, IMAGES, new Notes(), alone(huge))).rejects.toThrow(
      'set: a.csv has 536870912 bytes, and a table of labels may have 268435456',
    );
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
