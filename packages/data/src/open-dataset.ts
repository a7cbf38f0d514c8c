import { open, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { layOutClasses } from './class-layout.js';
import type { Dataset, OpenOptions } from './dataset.js';
import { openDiskTree } from './disk-tree.js';
import { openEmoji } from './emoji-dataset.js';
import { createEncodedSplit } from './encoded-split.js';
import { DatasetError } from './errors.js';
import type { FileTree } from './folder-tree.js';
import { gunzipToCache } from './gunzip-cache.js';
import { openTarTree } from './tar-tree.js';

/**
 * Opens an image set.
 *
 * @param source A folder, a `.tar` or `.tar.gz` of class folders (with or without `train/` and
 * `val/`), or the name `emoji`. A folder called emoji is opened as `./emoji`.
 * @throws {DatasetError} one clear line, when the source cannot be used.
 */
export async function openDataset(source: string, options: OpenOptions = {}): Promise<Dataset> {
  const share = options.validationShare;
  if (share !== undefined && !(share >= 0 && share <= 1)) {
    throw new DatasetError(`validationShare must be between 0 and 1, not ${share}`);
  }
  options.signal?.throwIfAborted();
  if (source === 'emoji') return openEmoji(options);
  const tree = await openTree(source, options);
  try {
    const layout = await layOutClasses(tree, options);
    return {
      name: basename(source),
      classNames: layout.classNames,
      train: createEncodedSplit(layout.train, tree.read),
      validation: createEncodedSplit(layout.validation, tree.read),
      close: tree.close,
    };
  } catch (error) {
    await tree.close();
    throw error;
  }
}

async function openTree(source: string, options: OpenOptions): Promise<FileTree> {
  const found = await stat(source).catch(() => null);
  if (found === null) {
    throw new DatasetError(
      `no such data source: "${source}" is neither a folder or file here nor a known name; use a folder of class folders, a .tar or .tar.gz of one, or emoji`,
    );
  }
  if (found.isDirectory()) return openDiskTree(source, options.signal);
  if (!found.isFile()) throw new DatasetError(`${source} is neither a folder nor a file`);
  const path = (await isGzip(source)) ? await gunzipToCache(source, options) : source;
  return openTarTree(path, source, options);
}

async function isGzip(path: string): Promise<boolean> {
  const handle = await open(path, 'r');
  try {
    const { buffer } = await handle.read(Buffer.alloc(2), 0, 2, 0);
    return buffer[0] === 0x1f && buffer[1] === 0x8b;
  } finally {
    await handle.close();
  }
}
