import { isImageName } from '../archives/folder-tree.js';
import type { TarIndex } from '../archives/tar-index.js';
import { DatasetError } from '../errors.js';

/** One sample of a WebDataset shard: an image and its label, which share a key. */
export interface ShardSample {
  /** Path up to the first dot of its last part. */
  readonly key: string;
  readonly label: number;
  readonly offset: number;
  readonly size: number;
}

/** A class label in decimal digits, WebDataset's `.cls`. */
export function isLabelName(path: string): boolean {
  return /\.cls$/.test(path);
}

/**
 * Pairs images with labels as WebDataset does: neighboring files whose path is the same up to the
 * first dot are one sample, here `key.jpg` (or png, webp, npy …) and `key.cls`. Other files are left alone.
 *
 * @throws {DatasetError} when an image has no label, or a label is not a number.
 */
export function pairSamples(index: TarIndex, name: string): ShardSample[] {
  const labels = new Map<string, number>();
  for (const { path, content } of index.entries) {
    if (content === undefined || !isLabelName(path)) continue;
    const text = new TextDecoder().decode(content).trim();
    if (!/^\d{1,6}$/.test(text)) {
      throw new DatasetError(`${name}: ${path} is not a class number but "${text.slice(0, 20)}"`);
    }
    labels.set(keyOf(path), Number(text));
  }
  const images = index.entries.filter(({ path }) => isSampleImage(baseName(path)));
  return images.map(({ path, offset, size }) => {
    const key = keyOf(path);
    const label = labels.get(key);
    if (label === undefined) {
      throw new DatasetError(
        `${name} is no WebDataset shard: ${path} has no ${key}.cls beside it (a tar of class folders is opened by its own name)`,
      );
    }
    return { key, label, offset, size };
  });
}

/** Raw packs hold images as NumPy arrays. */
function isSampleImage(name: string): boolean {
  return isImageName(name) || /^[^.].*\.npy$/.test(name);
}

function baseName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

function keyOf(path: string): string {
  const name = baseName(path);
  const dot = name.indexOf('.');
  return path.slice(0, path.length - name.length) + (dot === -1 ? name : name.slice(0, dot));
}
