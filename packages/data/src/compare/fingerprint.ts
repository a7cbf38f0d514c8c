import { crc32 } from 'node:zlib';
import type { Dataset, Split } from '../dataset.js';
import { hashText } from '../sources/hash-text.js';

/**
 * What identifies the images of a data set without holding them: their ids and sizes, and the contents
 * of a few. It is JSON, about eleven bytes an image, and goes with a run that was trained on them.
 */
export interface DataFingerprint {
  readonly version: 1;
  /** Numbers of images. */
  readonly train: number;
  readonly validation: number;
  /** Ids of the validation images, those that were never trained on. */
  readonly heldOut: readonly string[];
  /** Base64 of little-endian uint32: a hash of id and class of every training, then validation image. */
  readonly ids: string;
  /** The same of their sizes, bytes modulo 2³². */
  readonly sizes: string;
  /** Ids of some images and the CRC-32 of their bytes. */
  readonly samples: readonly (readonly [id: string, crc32: number])[];
}

/** How a data set differs from the one a fingerprint was taken of. */
export interface DataDifference {
  /** Images in both, by id and class. */
  readonly common: number;
  /** Ids of images the fingerprint does not know: added or renamed. */
  readonly added: readonly string[];
  /** Images of the fingerprint that are not there: removed or renamed. */
  readonly missing: number;
  /** Ids of images of another size or content than they had. */
  readonly replaced: readonly string[];
  /** Ids of images on the other side of the split than they were. */
  readonly moved: readonly string[];
}

/** Images whose contents are compared. */
const SAMPLES = 32;
const AT_ONCE = 64;

type Progress = (done: number, total: number) => void;

/**
 * Takes the fingerprint of an opened data set. On disk every file is asked for its size; nothing but a
 * few images is read.
 */
export async function takeFingerprint(
  dataset: Pick<Dataset, 'train' | 'validation' | 'classIds'>,
  options: { readonly signal?: AbortSignal; readonly onProgress?: Progress } = {},
): Promise<DataFingerprint> {
  const { train, validation } = dataset;
  const total = train.records.length + validation.records.length;
  const report = (done: number) => options.onProgress?.(done, total);
  const trainSizes = await sizesOf(train, options.signal, report);
  const validationSizes = await sizesOf(validation, options.signal, (done) =>
    report(trainSizes.length + done),
  );
  const samples: [string, number][] = [];
  for (const split of [train, validation]) {
    for (const index of spread(split.records.length, SAMPLES / 2)) {
      const bytes = await split.bytes(index).catch(() => null);
      if (bytes !== null) samples.push([split.records[index]?.id ?? '', crc32(bytes)]);
    }
  }
  const ids = [train, validation].flatMap(({ records }) =>
    records.map(({ id, label }) => identity(id, dataset.classIds[label])),
  );
  return {
    version: 1,
    train: train.records.length,
    validation: validation.records.length,
    heldOut: validation.records.map(({ id }) => id),
    ids: encode(ids),
    sizes: encode([...trainSizes, ...validationSizes]),
    samples,
  };
}

/**
 * Compares a data set with the one a fingerprint was taken of, by ids, sizes and the contents of a few
 * images: moved folders, and archives of them, are the same.
 */
export async function compareFingerprint(
  fingerprint: DataFingerprint,
  dataset: Pick<Dataset, 'train' | 'validation' | 'classIds'>,
  options: { readonly signal?: AbortSignal } = {},
): Promise<DataDifference> {
  const known = knownImages(fingerprint);
  const added: string[] = [];
  const replaced = new Set<string>();
  const moved: string[] = [];
  let common = 0;
  for (const [side, split] of [dataset.train, dataset.validation].entries()) {
    const sizes = await sizesOf(split, options.signal, () => {});
    for (const [i, { id, label }] of split.records.entries()) {
      const found = known.get(identity(id, dataset.classIds[label]));
      if (found === undefined) added.push(id);
      else {
        common++;
        if (found.size !== sizes[i]) replaced.add(id);
        if (found.isTrain !== (side === 0)) moved.push(id);
      }
    }
  }
  for (const id of await changedSamples(fingerprint, [dataset.train, dataset.validation])) {
    replaced.add(id);
  }
  const missing = fingerprint.train + fingerprint.validation - common;
  return { common, added, missing, replaced: [...replaced], moved };
}

/**
 * Which images of a split the run of a fingerprint was not trained on. A set whose sampled contents are
 * others, though names and sizes may be the same, is another set: none of it was trained on.
 *
 * @returns Their numbers in the split, and how many of it were trained on.
 */
export async function withoutTrained(
  fingerprint: DataFingerprint,
  split: Split,
  classIds: readonly string[],
): Promise<{ readonly indices: readonly number[]; readonly trained: number }> {
  const all = [...split.records.keys()];
  const known = knownImages(fingerprint);
  const sizes = await sizesOf(split, undefined, () => {});
  const indices = all.filter((index) => {
    const { id, label } = split.records[index] ?? { id: '', label: 0 };
    const found = known.get(identity(id, classIds[label]));
    return found?.isTrain !== true || found.size !== sizes[index];
  });
  const trained = all.length - indices.length;
  if (trained === 0) return { indices: all, trained };
  const ids = new Set(split.records.map(({ id }) => id));
  const present = fingerprint.samples.filter(([id]) => ids.has(id)).length;
  const changed = await changedSamples(fingerprint, [split]);
  return changed.length * 2 > present ? { indices: all, trained: 0 } : { indices, trained };
}

/** One line about what differs, `null` when nothing does. */
export function describeDifference(difference: DataDifference): string | null {
  const { added, missing, replaced, moved } = difference;
  const named = (ids: readonly string[], what: string) =>
    ids.length === 0
      ? []
      : [`${ids.length} ${what} (${ids.slice(0, 2).join(', ')}${ids.length > 2 ? ' …' : ''})`];
  const parts = [
    ...(missing === 0 ? [] : [`${missing} missing or renamed`]),
    ...named(added, 'new or renamed'),
    ...named(replaced, 'replaced'),
    ...named(moved, 'on the other side of the split'),
  ];
  return parts.length === 0 ? null : `images differ: ${parts.join(', ')}`;
}

function knownImages({ ids, sizes, train }: DataFingerprint) {
  const [hashes, bytes] = [decode(ids), decode(sizes)];
  const known = new Map<number, { readonly size: number; readonly isTrain: boolean }>();
  for (const [i, hash] of hashes.entries())
    known.set(hash, { size: bytes[i] ?? 0, isTrain: i < train });
  return known;
}

async function changedSamples(
  { samples }: DataFingerprint,
  splits: readonly Split[],
): Promise<string[]> {
  const wanted = new Map(samples);
  const changed: string[] = [];
  for (const split of splits) {
    for (const [index, { id }] of split.records.entries()) {
      const sum = wanted.get(id);
      if (sum === undefined) continue;
      const bytes = await split.bytes(index).catch(() => null);
      if (bytes === null || crc32(bytes) !== sum) changed.push(id);
    }
  }
  return changed;
}

async function sizesOf(
  split: Split,
  signal: AbortSignal | undefined,
  report: (done: number) => void,
): Promise<number[]> {
  const sizes: number[] = [];
  for (let from = 0; from < split.records.length; from += AT_ONCE) {
    signal?.throwIfAborted();
    const count = Math.min(AT_ONCE, split.records.length - from);
    const some = await Promise.all(Array.from({ length: count }, (_, i) => split.size(from + i)));
    for (const size of some) sizes.push(size >>> 0);
    report(sizes.length);
  }
  return sizes;
}

function identity(id: string, className = ''): number {
  return hashText(`${className}\0${id}`, 0);
}

/** `count` whole numbers below `length`, evenly spread. */
function spread(length: number, count: number): number[] {
  const step = Math.max(1, length / count);
  return Array.from({ length: Math.min(length, count) }, (_, i) => Math.floor(i * step));
}

function encode(values: readonly number[]): string {
  return Buffer.from(Uint32Array.from(values).buffer).toString('base64');
}

function decode(text: string): Uint32Array {
  return new Uint32Array(Uint8Array.from(Buffer.from(text, 'base64')).buffer);
}
