import { describe, expect, it } from 'vitest';
import { files, layOut } from './lay-out.js';

const folders = files('images/cat/1-4.png', 'images/dog/1-4.png');

describe('class folders and lists of what is held out', () => {
  it('Food-101: names without ending, in meta/', async () => {
    const found = await layOut({
      ...folders,
      'meta/classes.txt': 'cat\ndog\n',
      'meta/train.json': '{}',
      'meta/train.txt': 'cat/1\ncat/2\ncat/3\ndog/1\ndog/2\ndog/3\n',
      'meta/test.txt': 'cat/4\ndog/4\n',
    });
    expect(found).toMatchObject({
      train:
        'cat/1.png cat, cat/2.png cat, cat/3.png cat, dog/1.png dog, dog/2.png dog, dog/3.png dog',
      validation: 'cat/4.png cat, dog/4.png dog',
      validationFrom: 'source',
      notes: ['splits of 8 images are read from meta/test.txt and meta/train.txt'],
    });
  });

  it('MIT Indoor: words run together, and images in neither list', async () => {
    const found = await layOut({
      ...folders,
      'TrainImages.txt': 'cat/1.png\r\ndog/1.png\r\n',
      'TestImages.txt': 'cat/2.png\ndog/2.png\n',
    });
    expect(found).toMatchObject({
      train: 'cat/1.png cat, dog/1.png dog',
      validation: 'cat/2.png cat, dog/2.png dog',
    });
    expect(found.notes).toContain(
      'left out images in no split of TestImages.txt and TrainImages.txt (4): images/cat/3.png, images/cat/4.png, images/dog/3.png and 1 more',
    );
  });

  it('EuroSAT: tables with three splits, whose labels are those of the folders', async () => {
    const row = (name: string, at: number) => `${at},${name},${name.split('/')[0]}\n`;
    const table = (...names: string[]) => `,Filename,Label\n${names.map(row).join('')}`;
    const found = await layOut({
      ...files('cat/1-3.png', 'dog/1-3.png'),
      'train.csv': table('cat/1.png', 'dog/1.png'),
      'validation.csv': table('cat/2.png', 'dog/2.png'),
      'test.csv': table('cat/3.png', 'dog/3.png'),
    });
    expect(found).toMatchObject({
      train: 'cat/1.png cat, dog/1.png dog',
      validation: 'cat/2.png cat, dog/2.png dog',
      test: 'cat/3.png cat, dog/3.png dog',
    });
  });

  it('a table with a column of splits', async () => {
    const found = await layOut({
      ...files('cat/1-2.png', 'dog/1-2.png'),
      'data.csv': 'path,set\ncat/1.png,train\ncat/2.png,test\ndog/1.png,train\ndog/2.png,test\n',
    });
    expect(found).toMatchObject({
      train: 'cat/1.png cat, dog/1.png dog',
      validation: 'cat/2.png cat, dog/2.png dog',
    });
  });

  it('CUB-200: numbers of images, and marks of training', async () => {
    const found = await layOut({
      ...files('images/1.cat/a_1-2.png', 'images/2.dog/b_1-2.png', 'parts/parts.txt'),
      'images.txt': '1 1.cat/a_1.png\n2 1.cat/a_2.png\n3 2.dog/b_1.png\n4 2.dog/b_2.png\n',
      'train_test_split.txt': '1 0\n2 1\n3 1\n4 0\n',
      'image_class_labels.txt': '1 1\n2 1\n3 2\n4 2\n',
    });
    expect(found).toMatchObject({
      train: '1.cat/a_2.png 1.cat, 2.dog/b_1.png 2.dog',
      validation: '1.cat/a_1.png 1.cat, 2.dog/b_2.png 2.dog',
    });
  });

  it('a list of those held out alone: the others are for training', async () => {
    const found = await layOut({
      ...files('cat/1-2.png', 'dog/1-2.png'),
      'validation_list.txt': 'cat/2.png\ndog/2.png\n',
    });
    expect(found).toMatchObject({
      train: 'cat/1.png cat, dog/1.png dog',
      validation: 'cat/2.png cat, dog/2.png dog',
    });
  });

  it('trainval.txt beside train.txt and val.txt says nothing more', async () => {
    const found = await layOut({
      ...files('cat/1-3.png', 'dog/1-3.png'),
      'splits/trainval.txt': 'cat/1\ncat/2\ndog/1\ndog/2\n',
      'splits/train.txt': 'cat/1\ndog/1\n',
      'splits/val.txt': 'cat/2\ndog/2\n',
      'splits/test.txt': 'cat/3\ndog/3\n',
    });
    expect(found).toMatchObject({
      train: 'cat/1.png cat, dog/1.png dog',
      validation: 'cat/2.png cat, dog/2.png dog',
      test: 'cat/3.png cat, dog/3.png dog',
    });
  });

  it('lists that contradict each other, and lists of other images, are said', async () => {
    const whole = { ...files('cat/1-2.png', 'dog/1-2.png') };
    const train = 'cat/1.png cat, cat/2.png cat, dog/1.png dog, dog/2.png dog';
    const twice = { ...whole, 'train.txt': 'cat/1\ndog/1\n', 'test.txt': 'cat/1\ndog/2\n' };
    expect(await layOut(twice)).toMatchObject({
      train,
      notes: ['splits are not read from test.txt and train.txt: cat/1.png is in two of them'],
    });
    const strange = { ...whole, 'test.txt': 'cat/1\ncow/1\nowl/1\n' };
    expect(await layOut(strange)).toMatchObject({
      train,
      notes: ['splits are not read from test.txt: 2 of its lines name no image that is here'],
    });
  });

  it('numbers in a table of something else are no images, nor are labels of one image a list', async () => {
    const found = await layOut({
      ...files('cat/1-2.png', 'dog/3-4.png', 'labels/train_0001.txt'),
      'test.csv': 'id,age\n1,20\n2,30\n',
      'labels/test_0001.txt': '1 0.5 0.5 0.2 0.2\n',
    });
    expect(found.train).toBe('cat/1.png cat, cat/2.png cat, dog/3.png dog, dog/4.png dog');
  });

  it('a list of names alone, where no other names the training images, may be of others', async () => {
    const found = await layOut({
      ...files('train/cat/1.png', 'train/dog/2.png'),
      'test.csv': 'image\n1.png\n2.png\n',
    });
    expect(found).toMatchObject({
      train: 'train/cat/1.png cat, train/dog/2.png dog',
      validation: '',
    });
    expect(found.notes).toEqual([
      'splits are not read from test.csv: it names no folders, and nothing names the training images',
    ]);
  });

  it('folders of splits count before lists', async () => {
    const found = await layOut({
      ...files('train/cat/1.png', 'train/dog/1.png', 'val/cat/2.png', 'val/dog/2.png'),
      'test.txt': 'train/cat/1.png\n',
    });
    expect(found).toMatchObject({
      train: 'train/cat/1.png cat, train/dog/1.png dog',
      test: undefined,
    });
  });
});

describe('images in one folder', () => {
  it('mini-ImageNet: a table of labels a split', async () => {
    const found = await layOut({
      ...files('images/n1-6.png'),
      'train.csv': 'filename,label\nn1.png,a\nn2.png,b\n',
      'val.csv': 'filename,label\nn3.png,a\nn4.png,b\n',
      'test.csv': 'filename,label\nn5.png,a\nn6.png,b\n',
    });
    expect(found).toEqual({
      train: 'images/n1.png a, images/n2.png b',
      validation: 'images/n3.png a, images/n4.png b',
      test: 'images/n5.png a, images/n6.png b',
      validationFrom: 'source',
      notes: ['labels of 6 images are read from train.csv, val.csv, and test.csv'],
    });
  });

  it('a column that tables of splits have and that is not read is said once', async () => {
    const { notes } = await layOut({
      ...files('images/n1-4.png'),
      'train.csv': 'filename,label,fold\nn1.png,a,1\nn2.png,b,1\n',
      'val.csv': 'filename,label,fold\nn3.png,a,1\nn4.png,b,1\n',
    });
    expect(notes.filter((note) => note.includes('"fold"'))).toEqual([
      expect.stringMatching(/^train\.csv and val\.csv: no splits are read from its column "fold"/),
    ]);
  });

  it('Caffe’s lists: a name and a number', async () => {
    const found = await layOut({
      ...files('images/n1-4.png'),
      'train.txt': 'images/n1.png 10\nimages/n2.png 9\n',
      'val.txt': 'images/n3.png 10\nimages/n4.png 9\n',
    });
    expect(found).toMatchObject({
      train: 'images/n1.png 10, images/n2.png 9',
      validation: 'images/n3.png 10, images/n4.png 9',
    });
  });

  it('names with blanks and classes of several words', async () => {
    const found = await layOut({
      ...files('images/n 1-2.png', 'images/n 3-4.png'),
      'train.txt': 'n 1.png Boeing 707\nn 2.png DC-10\n',
      'test.txt': 'n 3.png Boeing 707\nn 4.png DC-10\n',
    });
    expect(found.train).toBe('images/n 1.png Boeing 707, images/n 2.png DC-10');
  });

  it('labels of all in one table, splits in lists', async () => {
    const found = await layOut({
      ...files('images/n1-4.png'),
      'labels.csv': 'image,label\nn1,a\nn2,b\nn3,a\nn4,b\n',
      'train.txt': 'n1\nn2\n',
      'test.txt': 'n3\nn4\n',
    });
    expect(found).toMatchObject({
      train: 'images/n1.png a, images/n2.png b',
      validation: 'images/n3.png a, images/n4.png b',
    });
  });

  it('several numbers a name are asked about', async () => {
    const tree = {
      ...files('images/n1-2.png'),
      'annotations/trainval.txt': 'n1 1 1 2\nn2 2 1 3\n',
    };
    await expect(layOut(tree)).rejects.toThrow(
      'annotations/trainval.txt: which column is the class?',
    );
  });
});
