import { describe, expect, it } from 'vitest';
import { Notes } from '../src/sources/notes.js';
import { isLabelName, isShardLabel, pairSamples } from '../src/sources/shard-samples.js';

/** What is read of a shard of these files; contents stand for labels, nothing for an image. */
function pair(files: Readonly<Record<string, string | null>>) {
  const notes = new Notes();
  const entries = Object.entries(files).map(([path, text], i) => ({
    path,
    offset: 512 * i,
    size: i,
    ...(text === null ? {} : { content: Buffer.from(text) }),
  }));
  const samples = pairSamples({ entries, folders: [] }, 'shard.tar', notes);
  return { samples, notes: notes.list().map(({ text }) => text) };
}

it('pairs by folder and name up to the first dot', () => {
  const { samples, notes } = pair({
    'a/1.png': null,
    'a/1.cls': ' 3\n',
    'b/1.seg.png': null,
    'b/1.jpg': null,
    'b/1.cls': '4',
    '.hidden.png': null,
    'a/2.npy': null,
    'a/2.cls.txt': '5',
    'a/readme': 'x',
    'a.b/3.x.cls': '9',
    'a.b/3.cls': '6',
    'a.b/3.png': null,
  });
  expect(samples).toEqual([
    { key: 'a/1', label: '3', className: undefined, offset: 0, size: 0 },
    { key: 'b/1', label: '4', className: undefined, offset: 512 * 3, size: 3 },
    { key: 'a/2', label: '5', className: undefined, offset: 512 * 6, size: 6 },
    { key: 'a.b/3', label: '6', className: undefined, offset: 512 * 11, size: 11 },
  ]);
  expect(notes).toEqual([]);
});

it.each([
  ['jpg jpeg', 'jpg'],
  ['png jpeg', 'jpeg'],
  ['webp png', 'png'],
  ['gif tiff', 'tiff'],
  ['npy avif', 'avif'],
])('of a sample’s images %s it takes %s, and says so', (endings, taken) => {
  const list = endings.split(' ');
  const images = Object.fromEntries(list.map((ending) => [`k.${ending}`, null]));
  const { samples, notes } = pair({ ...images, 'k.cls': '0' });
  expect(samples.map(({ offset }) => offset)).toEqual([512 * list.indexOf(taken)]);
  expect(notes).toEqual([
    '1 samples of shard.tar hold several images; one of each was taken, jpg before jpeg before jpe before jfif',
  ]);
});

it('of images with parts in their endings the one with fewest counts', () => {
  expect(pair({ 'k.a.b.png': null, 'k.seg.png': null, 'k.cls': '0' }).samples[0]?.size).toBe(1);
});

it.each([
  ['cls before json', { 'k.json': '7', 'k.cls': '3' }, '3'],
  ['json before txt', { 'k.txt': 'a cat', 'k.json': '{"label": 7}' }, '7'],
  ['the first of two', { 'k.json': '{}', 'k.txt': 'a cat' }, 'a cat'],
  ['in capitals', { 'k.CLS': '3' }, '3'],
  ['label, class, target', { 'k.target': '1', 'k.class': '2', 'k.label': '3' }, '3'],
])('labels are believed in an order: %s', (_, labels, label) => {
  expect(pair({ ...labels, 'k.png': null }).samples[0]?.label).toBe(label);
});

it.each([
  ['5', '5', undefined],
  ['"cat"', 'cat', undefined],
  ['{"label": 5, "class_name": "cat"}', '5', 'cat'],
  ['{"target": "t", "cls": 2, "class": 3}', '2', undefined],
  ['{"name": "n", "class_name": "cat"}', 'cat', undefined],
  ['{"label": [1], "category_id": 4}', '4', undefined],
  ['{"label": null, "text": "cat"}', 'cat', undefined],
  ['{"label": 0, "wnid": "n1"}', '0', 'n1'],
])('a label of JSON: %s', (json, label, className) => {
  const [sample] = pair({ 'k.json': json, 'k.png': null }).samples;
  expect([sample?.label, sample?.className]).toEqual([label, className]);
});

describe('refuses', () => {
  const none = 'k.png has no k.cls, .json or .txt beside it';
  it.each([
    ['no label', {}, none],
    ['JSON that says nothing', { 'k.json': 'null' }, none],
    ['JSON of other fields', { 'k.json': '{"caption": "a cat"}' }, none],
    ['JSON whose fields are inherited', { 'k.json': '{"constructor": 1}' }, none],
    ['what is not JSON', { 'k.json': 'x' }, 'shard.tar: k.json is not JSON'],
    ['an empty label', { 'k.cls': ' \n' }, 'shard.tar: k.cls is not a class but ""'],
    ['several lines', { 'k.txt': 'a\nb' }, 'k.txt is not a class but "a\nb"'],
    ['zeros', { 'k.txt': 'a\0' }, 'is not a class'],
    ['a text', { 'k.txt': 'x'.repeat(201) }, `is not a class but "${'x'.repeat(20)}"`],
  ])('%s', (_, labels, message) => {
    expect(() => pair({ ...labels, 'k.png': null })).toThrow(message);
  });

  it.each(['k.png', 'k.cls'])('%s twice, as where two sets were packed into one', (path) => {
    const entry = { offset: 0, size: 0, content: Buffer.from('1') };
    const entries = ['k.png', 'k.cls', path].map((name) => ({ path: name, ...entry }));
    expect(() => pairSamples({ entries, folders: [] }, 'shard.tar', new Notes())).toThrow(
      `shard.tar holds ${path} twice`,
    );
  });

  it('no name of 200 letters', () => {
    expect(pair({ 'k.txt': 'x'.repeat(200), 'k.png': null }).samples[0]?.label).toHaveLength(200);
  });
});

it.each([
  ['a/1.cls', true, true],
  ['1.CLS', true, true],
  ['1.cls.txt', true, false],
  ['1.json', true, false],
  ['1.png', false, false],
  ['cls', false, false],
  ['a.cls/1', false, false],
  ['1.seg.json', false, false],
])('%s holds a label: %s, as a shard’s do alone: %s', (path, label, shard) => {
  expect([isLabelName(path), isShardLabel(path)]).toEqual([label, shard]);
});
