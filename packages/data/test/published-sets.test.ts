import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { files, layOut } from './lay-out.js';

/** Files SciPy wrote: fixtures/make-mat.py. */
const mat = (name: string) =>
  readFileSync(new URL(`./fixtures/mat/${name}.mat`, import.meta.url)) as Uint8Array;

describe('files of MATLAB that say classes and splits', () => {
  it('Flowers-102: labels and splits by the numbers of images', async () => {
    const images = Array.from({ length: 6 }, (_, i) => `jpg/image_0000${i + 1}.jpg`);
    const found = await layOut({
      ...files(...images),
      'imagelabels.mat': mat('imagelabels'),
      'setid.mat': mat('setid'),
    });
    expect(found).toMatchObject({
      train: 'jpg/image_00001.jpg 10, jpg/image_00002.jpg 2',
      validation: 'jpg/image_00003.jpg 2, jpg/image_00004.jpg 10',
      test: 'jpg/image_00005.jpg 10, jpg/image_00006.jpg 2',
    });
  });

  it('Stanford Dogs: class folders, divided by two lists', async () => {
    const found = await layOut({
      ...files('Images/n1-Chihuahua/n1_1-2.jpg', 'Images/n2-spaniel/n2_1-2.jpg'),
      'lists/train_list.mat': mat('train_list'),
      'lists/test_list.mat': mat('test_list'),
    });
    expect(found).toMatchObject({
      train: 'n1-Chihuahua/n1_1.jpg n1-Chihuahua, n2-spaniel/n2_1.jpg n2-spaniel',
      validation: 'n1-Chihuahua/n1_2.jpg n1-Chihuahua, n2-spaniel/n2_2.jpg n2-spaniel',
      notes: ['splits of 4 images are read from lists/test_list.mat and lists/train_list.mat'],
    });
  });

  const cars = {
    'cars_train/00001.jpg': '',
    'cars_train/00002.jpg': '',
    'cars_train/00003.jpg': '',
    'cars_test/00001.jpg': '',
    'cars_test/00002.jpg': '',
    'devkit/cars_train_annos.mat': mat('cars_train_annos'),
    'devkit/cars_test_annos.mat': mat('cars_test_annos'),
    'devkit/cars_meta.mat': mat('cars_meta'),
  };

  it('Stanford Cars: names of classes in the kit, and test images without labels', async () => {
    const { train, validationFrom, notes } = await layOut(cars);
    expect(train).toContain('cars_train/00001.jpg Audi R8, cars_train/00002.jpg Acura RL');
    expect(validationFrom).toBe('held-out');
    expect(notes).toContain('left out cars_test/: 2 images without labels');
  });

  it('Stanford Cars with the labels of its test images', async () => {
    const withLabels = { 'cars_test_annos_withlabels.mat': mat('cars_test_annos_withlabels') };
    const { validation } = await layOut({ ...cars, ...withLabels });
    expect(validation).toBe('cars_test/00001.jpg Acura RL, cars_test/00002.jpg Audi R8');
  });

  it('are named where they are damaged', async () => {
    const flowers = { ...files('jpg/image_00001.jpg'), 'imagelabels.mat': 'MATLAB' };
    await expect(layOut(flowers)).rejects.toThrow(/imagelabels\.mat: matlab: no little-endian/);
  });
});

describe('classes in folders of folders', () => {
  const places = files('a/abbey/1-2.jpg', 'b/beach/1.jpg', 'c/church/indoor/1.jpg');

  it('SUN397: as ClassName.txt lists them', async () => {
    const list = '/a/abbey\n/b/beach\n/c/church/indoor\n/z/zoo\n';
    const { train, notes } = await layOut({ ...places, 'ClassName.txt': list });
    expect(train).toBe(
      'a/abbey/1.jpg a/abbey, a/abbey/2.jpg a/abbey, b/beach/1.jpg b/beach, c/church/indoor/1.jpg c/church/indoor',
    );
    expect(notes).toEqual(['classes are the folders ClassName.txt names (3)']);
  });

  it('without a list that names them all, the outer ones are said', async () => {
    const contents = { ...places, ...files('a/airfield/1.jpg'), 'ClassName.txt': '/a/abbey\n' };
    const { train, notes } = await layOut(contents);
    expect(train).toContain('a/abbey/1.jpg a,');
    expect(notes).toContain(
      'classes are a, b, c, each with the images of all its folders: abbey, airfield, beach and 1 more',
    );
  });

  it('Google Landmarks: folders of the letters of names are no classes where a table says those', async () => {
    const { train } = await layOut({
      ...files('train/0/0/00a.jpg', 'train/0/1/01b.jpg', 'train/1/0/10c.jpg'),
      'train.csv': 'id,url,label\n00a,http://a,7\n01b,http://b,9\n10c,http://c,7\n',
    });
    expect(train).toBe('train/0/0/00a.jpg 7, train/0/1/01b.jpg 9, train/1/0/10c.jpg 7');
  });

  it('Places365: numbers of two lists, names of a third', async () => {
    const found = await layOut({
      ...files('data_256_standard/a/abbey/1.jpg', 'data_256_standard/b/beach/1.jpg'),
      ...files('val_256/v_1-2.jpg', 'test_256/t_1.jpg'),
      'categories_places365.txt': '/a/abbey 0\n/b/beach 1\n',
      'places365_train_standard.txt': '/a/abbey/1.jpg 0\n/b/beach/1.jpg 1\n',
      'places365_val.txt': 'v_1.jpg 1\nv_2.jpg 0\n',
    });
    expect(found).toMatchObject({
      train: 'data_256_standard/a/abbey/1.jpg a/abbey, data_256_standard/b/beach/1.jpg b/beach',
      validation: 'val_256/v_1.jpg b/beach, val_256/v_2.jpg a/abbey',
    });
    expect(found.notes).toContain('left out test_256/: 1 images without labels');
  });
});

describe('splits with other words in their names', () => {
  it('iNaturalist: train_mini beside val', async () => {
    const found = await layOut(
      files('train_mini/cat/1.jpg', 'train_mini/dog/1.jpg', 'val/cat/2.jpg'),
    );
    expect(found).toMatchObject({
      train: 'train_mini/cat/1.jpg cat, train_mini/dog/1.jpg dog',
      validation: 'val/cat/2.jpg cat',
    });
  });

  it('GTSRB: a table whose numbers are those of padded folders', async () => {
    const found = await layOut({
      ...files('GTSRB/Training/00000/1.ppm', 'GTSRB/Training/00001/1.ppm'),
      ...files('GTSRB/Final_Test/Images/00000.ppm', 'GTSRB/Final_Test/Images/00001.ppm'),
      'GT-final_test.csv': 'Filename;Width;ClassId\n00000.ppm;8;1\n00001.ppm;8;0\n',
    });
    expect(found.validation).toBe(
      'Final_Test/Images/00000.ppm 00001, Final_Test/Images/00001.ppm 00000',
    );
  });

  it('no class is taken for one', async () => {
    const { train } = await layOut(
      files('beach/1.jpg', 'train station/1.jpg', 'val/beach/2.jpg', 'val/train station/2.jpg'),
    );
    expect(train).toBe('beach/1.jpg beach, train station/1.jpg train station');
  });
});

describe('lists of well-known sets', () => {
  it('Describable Textures: notes beside images, and ten divisions nobody chose from', async () => {
    const { train, notes } = await layOut({
      ...files('dtd/images/cat/1.jpg', 'dtd/images/dog/1.jpg', 'dtd/imdb/imdb.mat'),
      'dtd/labels/train1.txt': 'cat/1.jpg\n',
      'dtd/labels/test1.txt': 'dog/1.jpg\n',
    });
    expect(train).toBe('cat/1.jpg cat, dog/1.jpg dog');
    expect(notes).toContain(
      'splits are not read from dtd/labels/test1.txt, dtd/labels/train1.txt: to use one division of several, copy its lists to train.txt, val.txt and test.txt',
    );
  });

  const level = (name: string, one: string, other: string) => ({
    [`data/images_${name}_train.txt`]: `01 ${one}\n02 ${other}\n`,
    [`data/images_${name}_val.txt`]: `03 ${other}\n`,
    [`data/images_${name}_trainval.txt`]: `01 ${one}\n02 ${other}\n03 ${other}\n`,
    [`data/images_${name}_test.txt`]: `04 ${one}\n`,
  });
  const aircraft = files(...[1, 2, 3, 4].map((i) => `data/images/0${i}.jpg`));

  it('FGVC-Aircraft: labels with blanks, in lists of three splits', async () => {
    const variants = level('variant', '707-320', 'Boeing 717');
    expect(await layOut({ ...aircraft, ...variants })).toMatchObject({
      train: 'images/01.jpg 707-320, images/02.jpg Boeing 717',
      validation: 'images/03.jpg Boeing 717',
      test: 'images/04.jpg 707-320',
    });
  });

  it('FGVC-Aircraft: which of its levels is asked', async () => {
    const both = { ...level('variant', 'A', 'B'), ...level('manufacturer', 'Boeing', 'Airbus') };
    await expect(layOut({ ...aircraft, ...both })).rejects.toThrow(
      /images_manufacturer_test\.txt and data\/images_variant_test\.txt give data\/images\/04\.jpg different classes, "Boeing" and "A": leave one/,
    );
  });

  it('Oxford-IIIT pets: of three numbers the one that goes with the words of names', async () => {
    const pets = files(
      'images/Abyssinian_1-3.jpg',
      'images/Beagle_1-3.jpg',
      'images/Birman_1-3.jpg',
    );
    const found = await layOut({
      ...pets,
      ...files('annotations/trimaps/Abyssinian_1.png'),
      'annotations/list.txt': '#Image CLASS-ID SPECIES BREED ID\nAbyssinian_1 1 1 1\n',
      'annotations/trainval.txt':
        'Abyssinian_1 1 1 1\nAbyssinian_2 1 1 1\nBeagle_1 2 2 1\nBeagle_2 2 2 1\nBirman_1 3 1 2\nBirman_2 3 1 2\n',
      'annotations/test.txt': 'Abyssinian_3 1 1 1\nBeagle_3 2 2 1\nBirman_3 3 1 2\n',
    });
    expect(found.validation).toBe(
      'images/Abyssinian_3.jpg Abyssinian, images/Beagle_3.jpg Beagle, images/Birman_3.jpg Birman',
    );
    expect(found.notes).toEqual([
      'left out files that are no images (1): annotations/list.txt',
      'labels of 9 images are read from annotations/trainval.txt and annotations/test.txt',
    ]);
  });

  it('Animals with Attributes: JPEGImages beside a folder without images', async () => {
    const { train } = await layOut({
      ...files('set/JPEGImages/bat/1.jpg', 'set/JPEGImages/cow/1.jpg', 'set/licenses/bat.txt'),
      'set/classes.txt': ' 1\tbat\n 2\tcow\n',
    });
    expect(train).toBe('bat/1.jpg bat, cow/1.jpg cow');
  });

  it('NABirds: names for images that are no numbers', async () => {
    const { validation } = await layOut({
      ...files('images/0817/1.jpg', 'images/0817/2.jpg', 'images/0860/3.jpg', 'images/0860/4.jpg'),
      'images.txt': 'a1-b 0817/1.jpg\na2-b 0817/2.jpg\na3-b 0860/3.jpg\na4-b 0860/4.jpg\n',
      'train_test_split.txt': 'a1-b 1\na2-b 0\na3-b 1\na4-b 0\n',
    });
    expect(validation).toBe('0817/2.jpg 0817, 0860/4.jpg 0860');
  });
});
