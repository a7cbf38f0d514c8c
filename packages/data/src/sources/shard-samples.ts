import { isImageName } from '../archives/file-kind.js';
import type { TarIndex } from '../archives/tar-index.js';
import { DatasetError } from '../errors.js';
import type { Notes } from './notes.js';

/** One sample of a WebDataset shard: an image and its label, which share a key. */
export interface ShardSample {
  /** Path up to the first dot of its last part. */
  readonly key: string;
  /** A class number in digits, or a class name. */
  readonly label: string;
  /** Its name, where the label is a number and the sample says both. */
  readonly className?: string | undefined;
  readonly offset: number;
  readonly size: number;
}

/** Kinds of images WebDataset's users store, in the order one is chosen where a sample has several. */
const IMAGES = [
  'jpg',
  'jpeg',
  'jpe',
  'jfif',
  'png',
  'webp',
  'ppm',
  'bmp',
  'tif',
  'tiff',
  'gif',
  'avif',
  'npy',
];
/** Where a label may stand, in the order they are believed. */
const LABELS = ['cls', 'cls.txt', 'label', 'label.txt', 'class', 'target', 'json', 'txt'];
/** Keys of a JSON label, numbers first. */
const JSON_LABELS = [
  'label',
  'cls',
  'class',
  'class_id',
  'class_index',
  'target',
  'label_idx',
  'category',
  'category_id',
];
const JSON_NAMES = [
  'class_name',
  'label_name',
  'classname',
  'category_name',
  'name',
  'text',
  'synset',
  'wnid',
];

/** True for a file that may hold a sample's label. */
export function isLabelName(path: string): boolean {
  return LABELS.includes(endingOf(path));
}

/** True for a label no other kind of archive has, so that a tar of them is a shard. */
export function isShardLabel(path: string): boolean {
  return endingOf(path) === 'cls';
}

/**
 * Pairs images with labels as WebDataset does: neighboring files whose path is the same up to the
 * first dot are one sample, here an image and `key.cls`, `key.json` or `key.txt`. Of a sample's images
 * the plainest ending counts: `key.jpg`, not `key.seg.png`; other files are left alone.
 *
 * @throws {DatasetError} when an image has no label, a label cannot be read, or two files have one name.
 */
export function pairSamples(index: TarIndex, name: string, notes: Notes): ShardSample[] {
  refuseTwice(index, name);
  const labels = new Map<
    string,
    { readonly rank: number; readonly label: string; readonly className?: string | undefined }
  >();
  for (const { path, content } of index.entries) {
    const rank = LABELS.indexOf(endingOf(path));
    if (content === undefined || rank === -1 || rank > (labels.get(keyOf(path))?.rank ?? rank))
      continue;
    const text = new TextDecoder().decode(content).trim();
    const read = endingOf(path) === 'json' ? fromJson(text, `${name}: ${path}`) : { label: text };
    if (read === null) continue;
    if (read.label === '' || read.label.length > 200 || /[\0\n]/.test(read.label)) {
      throw new DatasetError(
        'bad-labels',
        `${name}: ${path} is not a class but "${read.label.slice(0, 20)}"`,
      );
    }
    labels.set(keyOf(path), { rank, ...read });
  }
  const byKey = new Map<string, { path: string; offset: number; size: number }[]>();
  for (const entry of index.entries) {
    if (!isSampleImage(baseName(entry.path))) continue;
    const key = keyOf(entry.path);
    const own = byKey.get(key);
    if (own === undefined) byKey.set(key, [entry]);
    else own.push(entry);
  }
  const samples: ShardSample[] = [];
  let several = 0;
  for (const [key, images] of byKey) {
    const [image, other] = [...images].sort((a, b) => rankOf(a.path) - rankOf(b.path));
    if (image === undefined) continue;
    if (other !== undefined && rankOf(other.path) < IMAGES.length) several++;
    const found = labels.get(key);
    if (found === undefined) {
      throw new DatasetError(
        'bad-labels',
        `${name} is no WebDataset shard: ${image.path} has no ${key}.cls, .json or .txt beside it (a tar of class folders is opened by its own name)`,
      );
    }
    const { label, className } = found;
    samples.push({ key, label, className, offset: image.offset, size: image.size });
  }
  if (several > 0) {
    notes.say(
      'several-images',
      several,
      `${several} samples of ${name} hold several images; one of each was taken, ${IMAGES.slice(0, 4).join(' before ')}`,
    );
  }
  return samples;
}

/** Of two samples of one name an image would be given the other's label. */
function refuseTwice({ entries }: TarIndex, name: string): void {
  const seen = new Set<string>();
  for (const { path } of entries) {
    if (seen.has(path) && (isSampleImage(baseName(path)) || isLabelName(path))) {
      throw new DatasetError(
        'bad-labels',
        `${name} holds ${path} twice: give each sample a name of its own`,
      );
    }
    seen.add(path);
  }
}

function fromJson(
  text: string,
  where: string,
): { label: string; className?: string | undefined } | null {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new DatasetError('bad-labels', `${where} is not JSON`);
  }
  if (typeof value === 'number' || typeof value === 'string') return { label: String(value) };
  if (typeof value !== 'object' || value === null) return null;
  const fields = value as Readonly<Record<string, unknown>>;
  const plain = (key: string) =>
    Object.hasOwn(fields, key) &&
    (typeof fields[key] === 'number' || typeof fields[key] === 'string')
      ? String(fields[key])
      : undefined;
  const label = JSON_LABELS.map(plain).find((found) => found !== undefined);
  const className = JSON_NAMES.map(plain).find((found) => found !== undefined);
  if (label === undefined && className === undefined) return null;
  return label === undefined ? { label: className ?? '' } : { label, className };
}

/** A plain ending before one with a part before it, as `seg.png`. */
function rankOf(path: string): number {
  const ending = endingOf(path);
  const rank = IMAGES.indexOf(ending);
  return rank === -1 ? IMAGES.length + ending.split('.').length : rank;
}

/** Raw packs hold images as NumPy arrays. */
function isSampleImage(name: string): boolean {
  return isImageName(name) || /^[^.].*\.npy$/.test(name);
}

function baseName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

function endingOf(path: string): string {
  const name = baseName(path);
  const dot = name.indexOf('.');
  return dot === -1 ? '' : name.slice(dot + 1).toLowerCase();
}

function keyOf(path: string): string {
  const name = baseName(path);
  const dot = name.indexOf('.');
  return path.slice(0, path.length - name.length) + (dot === -1 ? name : name.slice(0, dot));
}
