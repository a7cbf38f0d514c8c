import { describe, expect, it } from 'vitest';
import {
  compareFingerprint,
  type DataFingerprint,
  describeDifference,
  findDuplicates,
  type Split,
  takeFingerprint,
  withoutTrained,
} from '../src/index.js';

/** A split of files that hold the text given; the class of `b/1.png` is b. */
function splitOf(files: Readonly<Record<string, string>>): Split {
  const ids = Object.keys(files);
  const bytes = async (index: number) => {
    const content = files[ids[index] as string] as string;
    if (content === 'unreadable') throw new Error('unreadable');
    return Buffer.from(content);
  };
  return {
    records: ids.map((id) => ({ id, label: CLASSES.indexOf(id.charAt(0)) })),
    bytes,
    size: async (index) => (files[ids[index] as string] as string).length,
    image: async () => {
      throw new Error('no image');
    },
  };
}
const CLASSES = ['a', 'b'];
const dataset = (train: Record<string, string>, validation: Record<string, string> = {}) => ({
  classIds: CLASSES,
  train: splitOf(train),
  validation: splitOf(validation),
});
const TRAIN = { 'a/1': 'one', 'a/2': 'two', 'b/1': 'three' };
const HELD = { 'b/2': 'four' };

/** `count` files `a/0`, `a/1` … of contents of one length. */
const many = (count: number, content = (i: number) => `${1000 + i}`) =>
  Object.fromEntries(Array.from({ length: count }, (_, i) => [`a/${i}`, content(i)]));

describe('takeFingerprint', () => {
  it('says how many images there are and which are held out, and can be written as JSON', async () => {
    const done: [number, number][] = [];
    const onProgress = (...at: [number, number]) => void done.push(at);
    const fingerprint = await takeFingerprint(dataset(TRAIN, HELD), { onProgress });
    expect(fingerprint).toMatchObject({ version: 1, train: 3, validation: 1, heldOut: ['b/2'] });
    expect(fingerprint.samples.map(([id]) => id)).toEqual(['a/1', 'a/2', 'b/1', 'b/2']);
    expect(done).toEqual([
      [3, 4],
      [4, 4],
    ]);
    const read = JSON.parse(JSON.stringify(fingerprint)) as DataFingerprint;
    expect(await compareFingerprint(read, dataset(TRAIN, HELD))).toEqual({
      common: 4,
      added: [],
      missing: 0,
      replaced: [],
      moved: [],
    });
  });

  it('reads sixteen images of a split at most, from its beginning to its end', async () => {
    const { samples } = await takeFingerprint(dataset(many(160)));
    expect(samples.map(([id]) => id)).toEqual(Array.from({ length: 16 }, (_, i) => `a/${10 * i}`));
  });

  it('leaves out contents that cannot be read, and stops when it is told to', async () => {
    const { samples } = await takeFingerprint(dataset({ 'a/1': 'unreadable', 'a/2': 'two' }));
    expect(samples.map(([id]) => id)).toEqual(['a/2']);
    const signal = AbortSignal.abort(new Error('stopped'));
    await expect(takeFingerprint(dataset(TRAIN), { signal })).rejects.toThrow('stopped');
  });
});

describe('compareFingerprint', () => {
  it('tells added, missing, replaced and moved images apart', async () => {
    const fingerprint = await takeFingerprint(dataset(TRAIN, HELD));
    const difference = await compareFingerprint(
      fingerprint,
      dataset({ 'a/1': 'longer', 'a/2': 'owt', 'b/2': 'four', 'b/3': 'new' }),
    );
    expect(difference).toEqual({
      common: 3,
      added: ['b/3'],
      missing: 1,
      replaced: ['a/1', 'a/2'],
      moved: ['b/2'],
    });
    expect(describeDifference(difference)).toBe(
      'images differ: 1 missing or renamed, 1 new or renamed (b/3), 2 replaced (a/1, a/2), 1 on the other side of the split (b/2)',
    );
    const added = ['b/3', 'b/4', 'b/5'];
    expect(describeDifference({ ...difference, missing: 0, replaced: [], moved: [], added })).toBe(
      'images differ: 3 new or renamed (b/3, b/4 …)',
    );
  });

  it('takes the same name in another class for another image', async () => {
    const fingerprint = await takeFingerprint(dataset({ x: 'one' }));
    const { common } = await compareFingerprint(fingerprint, {
      ...dataset({ x: 'one' }),
      train: { ...splitOf({ x: 'one' }), records: [{ id: 'x', label: 1 }] },
    });
    expect(common).toBe(0);
  });

  it('compares more images than are asked for their sizes at once', async () => {
    const fingerprint = await takeFingerprint(dataset(many(130)));
    const changed = dataset({ ...many(130), 'a/129': 'another size' });
    expect(await compareFingerprint(fingerprint, changed)).toMatchObject({
      common: 130,
      replaced: ['a/129'],
    });
  });
});

describe('withoutTrained', () => {
  it('leaves out what was trained on, and keeps what was held out, is new or has another size', async () => {
    const fingerprint = await takeFingerprint(dataset(TRAIN, HELD));
    const split = splitOf({ ...TRAIN, ...HELD, 'a/3': 'new', 'b/1': 'longer' });
    expect(await withoutTrained(fingerprint, split, CLASSES)).toEqual({
      indices: [2, 3, 4],
      trained: 2,
    });
  });

  it('keeps all of a set of the same names and sizes where most contents are others', async () => {
    const fingerprint = await takeFingerprint(dataset(many(4)));
    const others = (count: number) => splitOf({ ...many(4), ...many(count, (i) => `${2000 + i}`) });
    expect(await withoutTrained(fingerprint, others(3), CLASSES)).toEqual({
      indices: [0, 1, 2, 3],
      trained: 0,
    });
    expect(await withoutTrained(fingerprint, others(2), CLASSES)).toEqual({
      indices: [],
      trained: 4,
    });
  });
});

describe('findDuplicates', () => {
  const [train, validation] = [
    splitOf({ 'a/1': 'same', 'a/2': 'size', 'a/3': 'other', 'b/1': '', 'b/2': 'unreadable' }),
    splitOf({ 'a/8': 'same', 'a/9': 'same', 'b/8': '', 'b/9': 'unreadable' }),
  ];
  it('finds every pair of the same bytes, reading only what has the size of another', async () => {
    const done: [number, number][] = [];
    const onProgress = (...at: [number, number]) => void done.push(at);
    expect(await findDuplicates({ train, validation }, { onProgress })).toEqual([
      { train: 'a/1', validation: 'a/8' },
      { train: 'a/1', validation: 'a/9' },
    ]);
    expect(done).toEqual(Array.from({ length: 6 }, (_, i) => [i + 1, 6]));
  });

  it('reads nothing where it would be more than the limit, and stops when it is told to', async () => {
    expect(await findDuplicates({ train, validation }, { limit: 5 })).toBeNull();
    expect(await findDuplicates({ train, validation }, { limit: 6 })).toHaveLength(2);
    const signal = AbortSignal.abort(new Error('stopped'));
    await expect(findDuplicates({ train, validation }, { signal })).rejects.toThrow('stopped');
  });
});
