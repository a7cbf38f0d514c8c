import { DatasetError } from '../errors.js';

/** Name of the index beside the shards. */
export const PACK_INDEX = 'index.json';
/** `[size, size, 3]` float32 little-endian, RGB gray levels: mean of the training images' centers. */
export const PACK_MEAN_IMAGE = 'mean-image.f32';
/** What a pack being made was asked for; a resumed run must ask for the same. */
export const PACK_PLAN = 'plan.json';

/** The two parts of a set. */
export type PackSplit = 'train' | 'validation';

/** One packed image: where its bytes lie in the shard, and their CRC-32. */
export type PackRecord = readonly [
  id: string,
  label: number,
  offset: number,
  size: number,
  crc32: number,
];

/** One shard; also what the file beside it says while a pack is being made. */
export interface PackShard {
  /** Name beside the index. */
  readonly file: string;
  readonly split: PackSplit;
  /** Size of the file. */
  readonly bytes: number;
  /** Of the whole file, hexadecimal. */
  readonly sha256: string;
  /** In file order. */
  readonly records: readonly PackRecord[];
  /** Images left out because they could not be decoded. */
  readonly broken: readonly { readonly id: string; readonly reason: string }[];
}

type Triple = readonly [number, number, number];

/** Colors of the packed training images, RGB, gray levels 0..255 (see `@alexnet/augment`). */
export interface PackColors {
  /** Per channel. */
  readonly mean: Triple;
  /** Per channel. */
  readonly std: Triple;
  /** Of the RGB covariance, largest first, gray levels squared. */
  readonly eigenvalues: Triple;
  /** Unit vectors, one a row, in the order of the eigenvalues. */
  readonly eigenvectors: readonly [Triple, Triple, Triple];
  /** Pixels counted. */
  readonly pixels: number;
}

/** `index.json` of a finished pack. */
export interface PackIndex {
  readonly format: 'alexnet-pack';
  readonly version: 1;
  /** Of the source. */
  readonly name: string;
  /** In label order. */
  readonly classNames: readonly string[];
  /** What the source itself calls them (WordNet ids, folder names); not in packs of before. */
  readonly classIds?: readonly string[];
  /** Of the images, where the source states one. */
  readonly license?: string;
  /** How images are stored: JPEG files, or NumPy arrays of pixels. */
  readonly images: 'jpeg' | 'raw';
  /** Shorter side of the images, px. */
  readonly size: number;
  /** True when images were cut to their central square. */
  readonly square: boolean;
  /** Of the training images as packed. */
  readonly colors: PackColors;
  /** SHA-256 of the sizes of the images each shard was made of; not in packs of before. */
  readonly sourceSizes?: readonly string[];
  readonly shards: readonly PackShard[];
}

/** Keys of packs made before 0.1.0, under the names they have now. */
const FORMER_KEYS: Record<string, string> = {
  pictures: 'images',
  colours: 'colors',
  licence: 'license',
};

function withTodaysKeys(_key: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, entry]) => [FORMER_KEYS[key] ?? key, entry]),
  );
}

/** Checks an index that was read from a file as far as reading images depends on it. */
export function parsePackIndex(text: string, where: string): PackIndex {
  const fail = (what: string) =>
    new DatasetError('damaged', `${where} is not a pack index: ${what}`);
  let value: unknown;
  try {
    value = JSON.parse(text, withTodaysKeys);
  } catch {
    throw fail('not JSON');
  }
  const index = value as PackIndex;
  if (index?.format !== 'alexnet-pack') throw fail('another format');
  if (index.version !== 1) throw fail(`version ${index.version}, this reader knows 1`);
  const { classNames, shards } = index;
  if (!isArrayOf(classNames, (name) => typeof name === 'string') || classNames.length < 2) {
    throw fail('no class names');
  }
  const { classIds } = index;
  const areIds =
    isArrayOf(classIds, (id) => typeof id === 'string') && classIds.length === classNames.length;
  if (classIds !== undefined && !areIds) throw fail('class ids that do not fit the names');
  if (!Array.isArray(shards)) throw fail('no shards');
  for (const shard of shards as readonly PackShard[]) {
    if (!/^[\w-]+\.tar$/.test(shard?.file)) throw fail(`shard "${shard?.file}" is no plain name`);
    const isRecord = (row: unknown) =>
      Array.isArray(row) &&
      typeof row[0] === 'string' &&
      row.slice(1).every((number) => Number.isSafeInteger(number) && number >= 0) &&
      row.length === 5 &&
      row[1] < classNames.length &&
      row[2] + row[3] <= shard.bytes;
    if (!Number.isSafeInteger(shard.bytes) || !isArrayOf(shard.records, isRecord)) {
      throw fail(`records of ${shard.file} are damaged`);
    }
  }
  return index;
}

function isArrayOf(value: unknown, test: (item: unknown) => boolean): value is readonly unknown[] {
  return Array.isArray(value) && value.every(test);
}
